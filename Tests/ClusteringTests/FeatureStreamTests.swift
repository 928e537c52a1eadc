import Foundation
import Kernels
import TestSupport
import Testing

@testable import BatchClustering
@testable import Clustering

@Suite("Features: the whole loop")
struct FeatureStreamTests {
    @Test func clustersOfTwoKindsAreFound() throws {
        var learner = FeatureRows.learner()
        let (rows, observations) = FeatureRows.draw(3000, seed: 10)
        let result = try learner.process(vectors: rows, observations: observations)
        let found = result.assignments.dropFirst(1000).map { $0.cluster ?? 0 }
        let truth = (1000..<3000).map { Int(rows.storage[$0 * 8 + 3]) }
        #expect(Quality.adjustedRandIndex(truth, found) > 0.5)
        let labels = learner.model.clusters.map(\.label)
        #expect(labels.contains { $0.contains("churned 100 %") }, "\(labels)")
    }

    @Test(arguments: [1, 7, 250, 3000])
    func resultsDoNotDependOnHowRecordsAreCutIntoBatches(size: Int) throws {
        let (rows, observations) = FeatureRows.draw(3000, seed: 11)
        var whole = FeatureRows.learner()
        let expected = try whole.process(vectors: rows, observations: observations)
        var parts = FeatureRows.learner()
        var found: [Assignment] = []
        var start = 0
        while start < 3000 {
            let end = min(3000, start + size)
            found += try parts.process(
                vectors: rows.slice(start..<end),
                observations: Array(observations[start..<end])
            ).assignments
            start = end
        }
        #expect(found == expected.assignments)
        #expect(parts.model == whole.model)
    }

    @Test(arguments: Metric.allCases)
    func theSameRecordGivesTheSameVectorAtTheSameVersion(metric: Metric) throws {
        var learner = FeatureRows.learner(metric: metric)
        let (rows, observations) = FeatureRows.draw(1000, seed: 12)
        _ = try learner.process(vectors: rows, observations: observations)
        let model = learner.model
        let whole = model.encoded(rows)
        for row in [0, 17, 999] { #expect(model.encoded(rows.slice(row..<row + 1)).storage == Array(whole[row: row])) }
        for record in model.sample.slots {
            let raw = try #require(record.row)
            #expect(record.vector == model.features?.encoding.encode(raw, metric: metric))
        }
        let (restored, _) = try ModelCodec.decode(entries(of: model))
        #expect(restored.encoded(rows) == whole)
    }

    @Test(arguments: Metric.allCases)
    func aStoredModelIsReadBackEqualAndGoesOnEqually(metric: Metric) throws {
        var learner = FeatureRows.learner(metric: metric)
        let (rows, observations) = FeatureRows.draw(1500, seed: 13)
        _ = try learner.process(vectors: rows.slice(0..<1000), observations: Array(observations[..<1000]))
        let (restored, _) = try ModelCodec.decode(entries(of: learner.model))
        #expect(restored == learner.model)
        #expect(restored.sample.slots.map(\.vector) == learner.model.sample.slots.map(\.vector))
        #expect(restored.nursery.waiting.map(\.vector) == learner.model.nursery.waiting.map(\.vector))
        var other = Learner(model: restored, options: learner.options)
        let rest = (rows.slice(1000..<1500), Array(observations[1000...]))
        let mine = try learner.process(vectors: rest.0, observations: rest.1)
        let theirs = try other.process(vectors: rest.0, observations: rest.1)
        #expect(mine.assignments == theirs.assignments)
        #expect(learner.model == other.model)
    }

    @Test func reencodingWritesNoSampleAnew() throws {
        var learner = FeatureRows.learner()
        let (rows, observations) = FeatureRows.draw(1000, seed: 14)
        _ = try learner.process(vectors: rows, observations: observations)
        let before = learner.model
        let adoption = try learner.adopt(try recluster(model: before, options: learner.options))
        guard adoption.verdict.adopted else { return }
        #expect(adoption.model.features?.encoding != before.features?.encoding)
        let changes = try ModelCodec.changes(from: before, to: adoption.model, sourceOffsets: [:])
        #expect(!changes.contains { $0.key.hasPrefix("sample/") && $0.value != nil })
        var stored = try entries(of: before)
        for entry in changes { stored[entry.key] = entry.value }
        let restored = try ModelCodec.decode(stored).model
        #expect(restored == adoption.model)
    }

    @Test func reencodingKeepsAssignments() throws {
        var options = ClusteringOptions()
        options.warmUpRecords = 800
        var learner = FeatureRows.learner(options)
        let (rows, observations) = FeatureRows.draw(3000, seed: 15)
        _ = try learner.process(vectors: rows, observations: observations)
        var model = learner.model
        let before = NearestTwo.search(queries: model.encoded(rows), centroids: model.centroids, metric: .euclidean)
        let next = try #require(model.refittedEncoding(options: options))
        #expect(next != model.features?.encoding)
        model.reencode(to: next)
        let after = NearestTwo.search(queries: model.encoded(rows), centroids: model.centroids, metric: .euclidean)
        let same = zip(before, after).filter { $0.first == $1.first }.count
        #expect(same >= 2940, "\(same) of 3000 records stay")
    }

    /// Two fits that differ by scale and shift alone carry means over exactly.
    @Test func meansAreCarriedOverExactly() throws {
        let layout = FeatureLayout(fields: [
            .init(name: "x", kind: .number(.linear), weight: 2), .init(name: "y", kind: .number(.logarithmic)),
            .init(name: "c", kind: .category(slots: 2)),
        ])
        var old = FeatureEncoding(layout: layout)
        old.fields[0].linear = .init(mean: 10, deviation: 4)
        old.fields[1].logarithm = .init(mean: 1, deviation: 2)
        old.fields[2].slots = [5, 6]
        var new = old
        new.fields[0].linear = .init(mean: 12, deviation: 8)
        new.fields[1].logarithm = .init(mean: 3, deviation: 1)
        new.fields[2].slots = [6, 5]
        let members: [[Float]] = [[8, 2, 5], [20, 9, 6], [13, 0.5, 6], [11, 4, 5]]
        func mean(_ encoding: FeatureEncoding) -> [Float] {
            let vectors = members.map { encoding.encode($0, metric: .euclidean) }
            return (0..<5).map { column in vectors.reduce(0) { $0 + $1[column] } / 4 }
        }
        for (found, expected) in zip(new.carried(mean(old), from: old), mean(new)) {
            #expect(abs(found - expected) < 1e-5)
        }
    }

    @Test func aDeltaOfAnOlderEncodingIsTakenInToday() throws {
        var learner = FeatureRows.learner()
        let (rows, observations) = FeatureRows.draw(2000, seed: 16)
        _ = try learner.process(vectors: rows.slice(0..<1000), observations: Array(observations[..<1000]))
        let old = learner.model
        let (_, delta) = assign(
            vectors: rows.slice(1000..<1500),
            observations: Array(observations[1000..<1500]),
            model: old,
            options: learner.options
        )
        let adoption = try learner.adopt(try recluster(model: old, options: learner.options))
        var model = adoption.model
        let bytes = try JSONEncoder().encode(delta)
        try model.merge(try JSONDecoder().decode(Delta.self, from: bytes), options: learner.options)
        #expect(model.records == 1500)
        #expect(model.means.storage.allSatisfy { $0.isFinite && abs($0) <= 9 })
        let encoding = try #require(model.features?.encoding)
        for record in model.sample.slots {
            let raw = try #require(record.row)
            #expect(record.vector == encoding.encode(raw, metric: .euclidean))
        }
    }

    @Test func aModelWhoseFeaturesDoNotFitIsRefused() throws {
        var learner = FeatureRows.learner()
        let (rows, observations) = FeatureRows.draw(200, seed: 17)
        _ = try learner.process(vectors: rows, observations: observations)
        var model = learner.model
        model.features?.encoding.fields[2].slots.removeLast()
        let stored = try entries(of: model)
        #expect(throws: ClusteringError.self) { _ = try ModelCodec.decode(stored) }
    }

    private func entries(of model: Model) throws -> [String: [UInt8]] {
        let entries = try ModelCodec.entries(of: model, sourceOffsets: [:])
        return Dictionary(uniqueKeysWithValues: entries.compactMap { entry in entry.value.map { (entry.key, $0) } })
    }
}

@Suite("Features: labels")
struct FeatureLabelTests {
    private let layout = FeatureLayout(fields: [
        .init(name: "spend", kind: .number(.logarithmic)), .init(name: "visits", kind: .number(.linear), weight: 2),
        .init(name: "balance", kind: .number(.linear)), .init(name: "country", kind: .category(slots: 2)),
        .init(name: "churned", kind: .boolean), .init(name: "visited", kind: .cycle(.day)),
    ])

    private func ratio(_ a: Double, _ b: Double) -> Float { Float(Foundation.log(a / b)) }

    private func label(_ change: (inout [Float]) -> Void) -> String {
        var encoding = FeatureEncoding(layout: layout)
        encoding.fields[0].logarithm = .init(mean: Foundation.log(101.0), deviation: 1)
        encoding.fields[0].isPositive = true
        encoding.fields[1].linear = .init(mean: 10, deviation: 5)
        encoding.fields[1].isPositive = true
        encoding.fields[2].linear = .init(mean: -10, deviation: 50)
        encoding.fields[3].slots = [5, 6]
        encoding.fields[3].names = ["DE", "FR"]
        encoding.fields[3].means = [0.5, 0.5]
        encoding.fields[4].means = [0.2]
        encoding.fields[5].means = [0, 0]
        var mean: [Float] = [0, 0, 0, 0.5, 0.5, 0, 0.2 * Float(2).squareRoot(), 0, 0]
        change(&mean)
        return FeatureLabeller.label(mean: mean[...], encoding: encoding)
    }

    @Test func ratiosOfPositiveNumbersInTheUsersUnits() {
        // A mean logarithm of ln(411), which stands for 410: 4.1 times the stream's 100.
        #expect(label { $0[0] = ratio(411, 101) } == "spend 4.1x")
        // 1.4 deviations of 5, times the weight of 2, below 10 is 3: 0.3 times.
        #expect(
            label {
                $0[0] = ratio(411, 101)
                $0[1] = -2.8
            } == "spend 4.1x, visits 0.3x"
        )
        #expect(label { $0[0] = ratio(6, 101) } == "spend 0.05x")
        #expect(label { $0[1] = 38 * 2 } == "visits 20x")
    }

    @Test func deviationsWhereNumbersMayBeNegative() {
        #expect(label { $0[2] = 2.3 } == "balance +2.3 sd")
        #expect(label { $0[2] = -1.26 } == "balance -1.3 sd")
    }

    @Test func sharesOfWordsAndOfTruth() {
        #expect(
            label {
                $0[3] = 0.83
                $0[4] = 0.17
            } == "country DE 83 %"
        )
        #expect(label { $0[6] = 0.91 * Float(2).squareRoot() } == "churned 91 %")
    }

    @Test func momentsAndWhatIsAverage() {
        #expect(label { $0[7] = 1 } == "visited 06:00")
        #expect(label { $0[8] = -1 } == "visited 12:00")
        #expect(label { _ in } == "about average")
    }

    @Test func strongestFirstAndNoMoreThanThree() {
        let text = label {
            $0[0] = 2
            $0[1] = 2 * 1.9
            $0[2] = 1.8
            $0[6] = Float(2).squareRoot()
        }
        #expect(text == "spend 7.5x, churned 100 %, visits 1.9x" || text.split(separator: ",").count == 3, "\(text)")
    }

    @Test func placesOnTheOtherCircles() {
        #expect(FeatureLayout.Cycle.week.text(turn: 5.5 / 7) == "Sat")
        #expect(FeatureLayout.Cycle.month.text(turn: 14.5 / 31) == "day 15")
        #expect(FeatureLayout.Cycle.year.text(turn: 0.46) == "Jun")
    }
}
