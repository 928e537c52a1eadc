import Kernels
import TestSupport
import Testing

@testable import BatchClustering

@Suite("Choosing the number of groups, beside reference values")
struct ChoiceTests {
    @Test("Each criterion of given groups equals scikit-learn's, or its formula, to 1e-9")
    func criteria() throws {
        let known = try #require(try ChoiceReference.load().choices.first { $0.vectors != nil })
        let vectors = Matrix(try #require(known.vectors))
        let judge = ClusterCountJudge(vectors: vectors, metric: .euclidean)
        let steps = known.curve.filter { $0.labels != nil }
        try #require(steps.count == 3)
        for step in steps {
            let labels = try #require(step.labels)
            func expect(_ criterion: GroupingOptions.Criterion, _ value: Double, within: Double) {
                let found = judge.value(labels, criterion)
                #expect(
                    abs(found - value) <= within * abs(value),
                    "\(criterion), k = \(step.k): \(found), not \(value)"
                )
            }
            expect(.elbow, step.inertia, within: 1e-9)
            expect(.calinskiHarabasz, step.calinskiHarabasz, within: 1e-9)
            expect(.bic, step.bic, within: 1e-9)
            // Many trials are compared, by distances in single precision.
            expect(.silhouette, step.silhouette, within: 1e-6)
        }
    }

    @Test("The knee lies where kneed's difference curve is highest")
    func knee() throws {
        for known in try ChoiceReference.load().choices {
            let curve = known.curve.map { CountTrial(k: $0.k, value: $0.inertia) }
            let place = try #require(GroupingOptions.Criterion.elbow.best(curve))
            #expect(curve[place].k == known.knee, "\(known.name)")
        }
    }

    private func decision(_ vectors: Matrix, _ known: ChoiceReference.Choice, _ criterion: GroupingOptions.Criterion)
        -> CountDecision
    {
        var generator = SeededGenerator(seed: 3)
        let choice = CountChoice(criterion: criterion, maximumK: known.curve.last?.k ?? 2, sample: 4000)
        return CountDecision(choice, vectors: vectors, metric: .euclidean, lanes: .serial, generator: &generator)
    }

    private func expectAsGood(_ vectors: Matrix, _ known: ChoiceReference.Choice) throws {
        for (criterion, best) in [
            (GroupingOptions.Criterion.silhouette, known.bestSilhouette),
            (.calinskiHarabasz, known.bestCalinskiHarabasz), (.bic, known.bestBic),
        ] {
            let found = decision(vectors, known, criterion)
            func value(_ step: ChoiceReference.Step) -> Double {
                switch criterion {
                case .calinskiHarabasz: step.calinskiHarabasz
                case .bic: step.bic
                default: step.silhouette
                }
            }
            let reached = try #require(found.curve.first { $0.k == found.k }).value
            let expected = try #require(known.curve.first { $0.k == best })
            let margin = 0.01 * abs(value(expected))
            #expect(reached >= value(expected) - margin, "\(known.name), \(criterion): \(reached), \(value(expected))")
            // Where another number is as good to within the margin, either will do.
            let asGood = known.curve.filter { value($0) >= value(expected) - margin }.map(\.k)
            #expect(asGood.contains(found.k), "\(known.name), \(criterion): k = \(found.k), not \(best)")
        }
    }

    @Test("The number that is chosen is that of scikit-learn's best of ten starts for each k")
    func madeUp() throws {
        let known = try #require(try ChoiceReference.load().choices.first { $0.vectors != nil })
        try expectAsGood(Matrix(try #require(known.vectors)), known)
    }

    @Test(
        "The same on public sets",
        .enabled(if: SharedData.isPresent, "the public data sets are not here"),
        arguments: ["R15", "aggregation", "D31"]
    )
    func publicSets(name: String) throws {
        let known = try #require(try ChoiceReference.load().choices.first { $0.name == name })
        try expectAsGood(publicSet(name), known)
    }
}
