import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Records that repeat")
struct RepeatedRecordTests {
    @Test("Rows are of one kind where they have the same bits", arguments: [1, 2, 3, 7, 16, 385])
    func kinds(columns: Int) {
        var generator = SeededGenerator(seed: UInt64(columns))
        let pool = (0..<40).map { _ in (0..<columns).map { _ in Float(generator.next() % 3) - 1 } }
        let rows = (0..<500).map { _ in pool[Int(generator.next() % 40)] }
        let found = DistinctRows(Matrix(rows))
        var places: [[Float]: Int] = [:]
        for (row, vector) in rows.enumerated() {
            let expected = places[vector] ?? places.count
            if places[vector] == nil { #expect(found.firsts[expected] == row) }
            places[vector] = expected
            #expect(found.kinds[row] == expected)
        }
        #expect(found.firsts.count == places.count)
    }

    @Test("Zeros of either sign are two kinds, the same not-a-number is one")
    func bits() {
        let found = DistinctRows(Matrix([[0], [-0.0], [.nan], [0], [.nan]]))
        #expect(found.kinds == [0, 1, 2, 0, 2])
        #expect(found.firsts == [0, 1, 2])
        #expect(!found.areAllDistinct)
        #expect(DistinctRows(Matrix([[1, 2], [2, 1]])).areAllDistinct)
        #expect(DistinctRows(Matrix(rows: 0, columns: 3)).kinds.isEmpty)
    }

    /// A stream in which forty vectors come again and again, most with one text and some with two, and now and then one that
    /// is unlike all others.
    private func stream(_ count: Int) -> (vectors: Matrix, observations: [Observation]) {
        var synthetic = SyntheticStream(clusters: 6, dimension: 12, spread: 1, seed: 5)
        let pool = synthetic.records(40).vectors
        var generator = SeededGenerator(seed: 6)
        var vectors = Matrix(rows: 0, columns: 12)
        var observations: [Observation] = []
        for number in 0..<count {
            // The first are seen more often than the last.
            let kind = Int(generator.next() % 40) * Int(generator.next() % 40) / 40
            var vector = Array(pool[row: kind])
            if number % 97 == 96 { vector[number % 12] += Float(20 + number % 50) }
            vectors.append(row: vector)
            let text = "user \(kind % 7) of host-\(kind) said \(kind % 5 == 0 ? "yes" : number % 3 == 0 ? "so" : "no")"
            let time = number % 4 == 0 ? nil : Int64(number) * 250
            observations.append(Observation(timestamp: time, text: text, source: number / 700))
        }
        return (vectors, observations)
    }

    @Test(
        "What repeats within a batch is judged and learned as if it came alone",
        arguments: [Metric.cosine, .euclidean]
    )
    func oneByOne(metric: Metric) throws {
        var (vectors, observations) = stream(3000)
        if metric == .cosine { for row in 0..<vectors.rows { vectors.normalise(row: row) } }
        let model = Model(space: "test", dimension: 12, metric: metric)
        var options = ClusteringOptions()
        options.anomalies.falseAlarmRate = 0.02
        var whole = Learner(model: model, options: options)
        var single = whole
        let expected = try whole.process(vectors: vectors, observations: observations)
        var assignments: [Assignment] = []
        for row in 0..<vectors.rows {
            assignments += try single.process(vectors: vectors.slice(row..<row + 1), observations: [observations[row]])
                .assignments
        }
        #expect(assignments == expected.assignments)
        #expect(single.model == whole.model)
        #expect(assignments.contains { $0.reason != nil } || metric == .euclidean)
    }

    @Test("Records that share a vector are judged as if each had its own, in one call or in several")
    func sharedVectors() throws {
        let (vectors, observations) = stream(3000)
        var learner = Learner(
            model: Model(space: "test", dimension: 12, metric: .euclidean),
            options: ClusteringOptions()
        )
        _ = try learner.process(vectors: vectors.slice(0..<2400), observations: Array(observations[..<2400]))
        let (rest, known) = (vectors.slice(2400..<3000), Array(observations[2400...]))
        var judge = Judge(model: learner.model, options: learner.options)
        var delta = Delta(model: learner.model)
        let expected = judge.assign(vectors: rest, observations: known, into: &delta)

        let distinct = DistinctRows(rest)
        #expect(distinct.firsts.count < 100)
        var (other, shared) = (Judge(model: learner.model, options: learner.options), Delta(model: learner.model))
        let together = other.assign(
            vectors: rest.selecting(distinct.firsts),
            places: distinct.kinds,
            observations: known,
            into: &shared
        )
        #expect(together == expected)
        #expect(shared == delta)

        var (third, pieces) = (Judge(model: learner.model, options: learner.options), Delta(model: learner.model))
        var assignments: [Assignment] = []
        for start in stride(from: 0, to: 600, by: 150) {
            let part = rest.slice(start..<start + 150)
            assignments += third.assign(
                vectors: part,
                observations: Array(known[start..<start + 150]),
                into: &pieces
            )
        }
        #expect(assignments == expected)
        #expect(pieces == delta)
        #expect(Set(expected.compactMap(\.cluster)).count > 1)
    }

    @Test("A step grows with the records before it, and its ends are ends of shorter steps")
    func steps() {
        let options = ClusteringOptions()
        var model = Model(space: "test", dimension: 2, metric: .euclidean)
        var ends: [UInt64] = []
        while model.records < 3_000_000 {
            let left = model.recordsLeftInStep(gathered: 0, options: options)
            #expect(left > 0 && left <= 8 * options.step)
            #expect(left <= options.step || 1000 * UInt64(left) <= model.records)
            #expect(model.recordsLeftInStep(gathered: 7, options: options) == left - 7)
            model.records += UInt64(left)
            model.clock = Double(model.records) / 100_000
            #expect(model.records % UInt64(options.step) == 0 || model.records == UInt64(options.bootstrapRecords))
            ends.append(model.records)
        }
        #expect(ends.contains(199_900) && ends.contains(200_000) && !ends.contains(200_100))
        #expect(model.stepSize(options) == 800)
        // Where little is remembered, or all that was ever seen is little, steps stay short.
        model.clock = Double(model.records) / 1000
        #expect(model.stepSize(options) == 100)
        model.clock = 0
        #expect(model.stepSize(options) == 800)
        model.records = 5000
        #expect(model.stepSize(options) == 100)
    }
}
