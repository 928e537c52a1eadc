import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

/// Rows with one field of each kind.
enum FeatureRows {
    static let layout = FeatureLayout(fields: [
        .init(name: "spend", kind: .number(.automatic)),
        .init(name: "balance", kind: .number(.linear), weight: 0.5),
        .init(name: "country", kind: .category(slots: 4)),
        .init(name: "churned", kind: .boolean),
        .init(name: "visited", kind: .cycle(.day)),
        .init(name: "note", kind: .vector(2)),
    ])
    static let countries = ["DE", "FR", "IT", "ES", "SE", "NO", "US"]

    /// `count` rows of two kinds of customers; some values are missing.
    static func draw(_ count: Int, seed: UInt64, scale: Float = 1) -> (rows: Matrix, observations: [Observation]) {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: seed)
        var storage: [Float] = []
        var observations: [Observation] = []
        for index in 0..<count {
            let isBig = stream.generator.next() % 3 == 0
            let country = isBig ? Int(stream.generator.next() % 2) : Int(stream.generator.next() % 7)
            let spend = exp((isBig ? 7 : 3) + 0.5 * stream.normal()) * scale
            let isMissing = stream.generator.next() % 20 == 0
            let turn = Float(2 * Double.pi * (isBig ? 0.8 : 0.3)) + 0.2 * stream.normal()
            storage += [
                isMissing ? .nan : spend, 100 * stream.normal(), Float(1000 + country * 7), isBig ? 1 : 0,
                sin(turn), cos(turn), isBig ? 1 : 0, isBig ? 0 : 1,
            ]
            observations.append(Observation(timestamp: Int64(index), words: [countries[country]]))
        }
        return (Matrix(columns: layout.rawWidth, storage: storage), observations)
    }

    static func learner(_ options: ClusteringOptions = .init(), metric: Metric = .euclidean) -> Learner {
        Learner(model: Model(space: "toy", dimension: 1, metric: metric, layout: layout), options: options)
    }
}

@Suite("Features: from raw rows to vectors")
struct FeatureEncodingTests {
    private func fitted(_ rows: Matrix, _ observations: [Observation]) -> FeatureEncoding {
        let layout = FeatureRows.layout
        var statistics = FeatureStatistics(layout: layout)
        let encoding = FeatureEncoding(layout: layout)
        for row in 0..<rows.rows {
            statistics.add(row: rows[row: row], words: observations[row].words, record: UInt64(row), encoding: encoding)
        }
        return encoding.fitted(to: statistics, sample: (0..<rows.rows).map { Array(rows[row: $0]) }, isYoung: true)
    }

    @Test func numbersAreStandardised() throws {
        let (rows, observations) = FeatureRows.draw(2000, seed: 1)
        let encoding = fitted(rows, observations)
        let vectors = encoding.encode(rows, metric: .euclidean)
        #expect(vectors.columns == 1 + 1 + 5 + 1 + 2 + 2)
        for (column, deviation) in [(0, 1.0), (1, 0.5)] {
            let values = (0..<vectors.rows).map { Double(vectors.storage[$0 * vectors.columns + column]) }
            let known = values.indices.filter { rows.storage[$0 * rows.columns + column].isFinite }.map { values[$0] }
            let mean = known.reduce(0, +) / Double(known.count)
            let spread = (known.reduce(0) { $0 + $1 * $1 } / Double(known.count) - mean * mean).squareRoot()
            #expect(abs(mean) < 1e-5)
            #expect(abs(spread - deviation) < 1e-4)
        }
    }

    @Test func longTailsAreTakenAsLogarithmsAndOthersAsTheyAre() {
        let (rows, observations) = FeatureRows.draw(500, seed: 2)
        let encoding = fitted(rows, observations)
        #expect(encoding.fields[0].isLogarithmic)
        #expect(!encoding.fields[1].isLogarithmic)
        #expect(!FeatureEncoding.isSkewed((0..<100).map(Double.init)))
        #expect(!FeatureEncoding.isSkewed((0..<100).map { exp(Double($0) / 10) } + [-1]))
    }

    @Test func theMostFrequentWordsHavePlacesOfTheirOwnAndTheRestShare() {
        let layout = FeatureLayout(fields: [.init(name: "country", kind: .category(slots: 2), weight: 3)])
        let encoding = FeatureEncoding(layout: layout)
        var statistics = FeatureStatistics(layout: layout)
        for (record, word) in ([5, 6, 6, 7, 7, 7] as [Float]).enumerated() {
            statistics.add(row: [word], words: ["w\(Int(word))"], record: UInt64(record), encoding: encoding)
        }
        let next = encoding.fitted(to: statistics, sample: [], isYoung: true)
        #expect(next.fields[0].names == ["w6", "w7"])
        #expect(next.encode([6], metric: .euclidean) == [3, 0, 0])
        #expect(next.encode([7], metric: .euclidean) == [0, 3, 0])
        #expect(next.encode([5], metric: .euclidean) == [0, 0, 3])
        #expect(next.encode([99], metric: .euclidean) == [0, 0, 3])
        let missing = next.encode([.nan], metric: .euclidean)
        #expect(missing == [3 * Float(2.0 / 6), 3 * Float(0.5), 0])
    }

    @Test func theTableKeepsItsPlacesAndIsBounded() {
        let layout = FeatureLayout(fields: [.init(name: "page", kind: .category(slots: 16))])
        var state = FeatureState(encoding: FeatureEncoding(layout: layout))
        var generator = SeededGenerator(seed: 3)
        var before: [Int] = []
        for step in 0..<200 {
            var delta = FeatureStatistics(layout: layout)
            for record in 0..<100 {
                // A hundred words in all, the low ones often, and one in four never seen before.
                let common = Int(generator.nextUniform() * generator.nextUniform() * 100)
                let word = generator.next() % 4 == 0 ? 1000 + step * 100 + record : common
                delta.add(
                    row: [Float(word)],
                    words: ["\(word)"],
                    record: UInt64(step * 100 + record),
                    encoding: state.encoding
                )
            }
            state.learn(delta, clock: Double(step) / 10)
            #expect(state.statistics.fields[0].words.count <= 2 * FeatureStatistics.wordLimit(16))
            state.encoding = state.encoding.fitted(to: state.statistics, sample: [], isYoung: false)
            let slots = state.encoding.fields[0].slots
            #expect(Set(slots.filter { $0 >= 0 }).count == slots.filter { $0 >= 0 }.count)
            for (slot, word) in before.enumerated() where slots.contains(word) { #expect(slots[slot] == word) }
            before = slots
        }
        #expect(before.filter { $0 < 20 }.count >= 14, "the common words are in the table: \(before)")
    }

    @Test func whatIsHostileBecomesAFiniteVector() {
        let (rows, observations) = FeatureRows.draw(100, seed: 4)
        let encodings = [FeatureEncoding(layout: FeatureRows.layout), fitted(rows, observations)]
        let wild: [Float] = [
            .nan, .infinity, -.infinity, .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, 0,
            16_777_215,
        ]
        for encoding in encodings {
            for metric in Metric.allCases {
                for shift in wild.indices {
                    var row = (0..<8).map { wild[($0 + shift) % wild.count] }
                    row[2] = shift % 2 == 0 ? .nan : 16_777_215
                    let vector = encoding.encode(row, metric: metric)
                    #expect(vector.allSatisfy { $0.isFinite }, "\(row) became \(vector)")
                    if encoding.revision > 0 { #expect(abs(vector[0]) <= 8) }
                }
            }
        }
    }

    @Test func aConstantColumnIsZeroUntilItChanges() {
        let layout = FeatureLayout(fields: [.init(name: "x", kind: .number(.linear))])
        var statistics = FeatureStatistics(layout: layout)
        let encoding = FeatureEncoding(layout: layout)
        for record in 0..<10 { statistics.add(row: [7], words: [], record: UInt64(record), encoding: encoding) }
        let next = encoding.fitted(to: statistics, sample: [[7]], isYoung: true)
        #expect(next.encode([7], metric: .euclidean) == [0])
        #expect(next.encode([8], metric: .euclidean) == [8])
    }
}

@Suite("Features: statistics")
struct FeatureStatisticsTests {
    private func statistics(_ range: Range<Int>, of rows: Matrix, _ observations: [Observation]) -> FeatureStatistics {
        let encoding = FeatureEncoding(layout: FeatureRows.layout)
        var result = FeatureStatistics(layout: FeatureRows.layout)
        for row in range {
            result.add(row: rows[row: row], words: observations[row].words, record: UInt64(row), encoding: encoding)
        }
        return result
    }

    @Test func mergingIsAssociative() {
        var (rows, observations) = FeatureRows.draw(300, seed: 5)
        // Values on a grid, whose sums are exact; logarithms are not on one.
        rows.storage = rows.storage.map { $0.isFinite ? ($0 * 8).rounded() / 8 : $0 }
        let parts = [0..<90, 90..<200, 200..<300].map { statistics($0, of: rows, observations) }
        var left = parts[0]
        left.merge(parts[1])
        left.merge(parts[2])
        var right = parts[1]
        right.merge(parts[2])
        var other = parts[0]
        other.merge(right)
        let whole = statistics(0..<300, of: rows, observations)
        for index in left.fields.indices {
            #expect(left.fields[index].columns == other.fields[index].columns)
            #expect(left.fields[index].columns == whole.fields[index].columns)
            #expect(left.fields[index].words == other.fields[index].words)
            #expect(left.fields[index].words == whole.fields[index].words)
            #expect(abs(left.fields[index].logarithm.sum - other.fields[index].logarithm.sum) < 1e-9)
        }
    }

    @Test func oneWildValueDoesNotUndoWhatManyTaught() throws {
        var options = ClusteringOptions()
        options.bootstrapRecords = 50
        var learner = FeatureRows.learner(options)
        var (rows, observations) = FeatureRows.draw(2000, seed: 6)
        for row in [3, 20, 700, 1500] { rows.storage[row * 8 + 1] = 1e30 }
        _ = try learner.process(vectors: rows, observations: observations)
        let features = try #require(learner.model.features)
        #expect((80..<130).contains(features.encoding.fields[1].linear.deviation), "\(features.encoding.fields[1])")
    }

    @Test func forgettingFollowsAChangeOfScale() throws {
        var options = ClusteringOptions()
        options.halfLife = .records(500)
        options.warmUpRecords = 400
        var learner = FeatureRows.learner(options)
        var scale: Float = 1
        for block in 0..<12 {
            if block == 4 { scale = 100 }
            var (rows, observations) = FeatureRows.draw(500, seed: UInt64(block))
            for row in 0..<500 { rows.storage[row * 8 + 1] *= scale }
            _ = try learner.process(vectors: rows, observations: observations)
            _ = try learner.adopt(try recluster(model: learner.model, options: options))
        }
        let deviation = try #require(learner.model.features).encoding.fields[1].linear.deviation
        #expect((6000..<14_000).contains(deviation), "\(deviation)")
    }
}
