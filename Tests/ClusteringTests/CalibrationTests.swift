import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Realised rates of alarms on normal streams")
struct CalibrationTests {
    enum Kind: String, CaseIterable {
        /// One round group.
        case gaussian
        /// One group with a tail like that of Student's t with three degrees of freedom.
        case heavyTailed
        /// Four groups of which the widest is eight times as wide as the narrowest.
        case differentSpreads
        /// Three groups that move by three times their width in all, slowly beside a half-life of 4,000 records.
        case drifting
    }

    /// Records of a kind, in order.
    private static func vectors(_ kind: Kind, count: Int, seed: UInt64) -> Matrix {
        let dimension = 3
        var stream = SyntheticStream(clusters: 4, dimension: dimension, spread: 1, seed: seed)
        var storage: [Float] = []
        storage.reserveCapacity(count * dimension)
        for row in 0..<count {
            let group = kind == .gaussian || kind == .heavyTailed ? 0 : row % (kind == .drifting ? 3 : 4)
            var width: Float = 1
            if kind == .differentSpreads { width = [0.25, 0.5, 1, 2][group] }
            if kind == .heavyTailed {
                let squares = (0..<3).reduce(Float(0)) { sum, _ in
                    let value = stream.normal()
                    return sum + value * value
                }
                width = 1 / (squares / 3).squareRoot()
            }
            for column in 0..<dimension {
                let moved = kind == .drifting ? 3 * Float(row) / Float(count) : 0
                storage.append(stream.centres[group][column] + moved + width * stream.normal())
            }
        }
        return Matrix(columns: dimension, storage: storage)
    }

    private static func flags(_ kind: Kind, rate: Double, count: Int, seed: UInt64) throws -> (flags: [Bool], Learner) {
        var options = ClusteringOptions()
        options.anomalies.falseAlarmRate = rate
        options.seed = seed
        if kind == .drifting { options.halfLife = .records(4000) }
        var learner = Learner(model: Model(space: "v", dimension: 3, metric: .euclidean), options: options)
        let found = try learner.process(vectors: vectors(kind, count: count, seed: seed), observations: [])
        return (found.assignments.map(\.anomaly), learner)
    }

    @Test("Within half and twice q = 0.01, and 0.4 and 2.5 times q = 0.001", arguments: Kind.allCases)
    func rates(kind: Kind) throws {
        var shares: [Double: [Double]] = [:]
        for rate in [0.01, 0.001] {
            for seed: UInt64 in 0..<2 {
                let flags = try Self.flags(kind, rate: rate, count: 16_000, seed: 500 + seed).flags.dropFirst(1000)
                shares[rate, default: []].append(Double(flags.count { $0 }) / Double(flags.count) / rate)
            }
        }
        #expect(shares[0.01]?.allSatisfy { $0 > 0.5 && $0 < 2 } == true, "\(kind): \(shares)")
        // Some fifteen alarms in each run: both together, lest chance decide.
        let rare = (shares[0.001] ?? []).reduce(0, +) / 2
        #expect(rare > 0.4 && rare < 2.5, "\(kind): \(shares)")
    }

    @Test("Each cluster raises its own share: a wide one no more than a narrow one")
    func eachCluster() throws {
        let (flags, _) = try Self.flags(.differentSpreads, rate: 0.01, count: 24_000, seed: 510)
        for group in 0..<4 {
            let own = flags.indices.filter { $0 >= 8000 && $0 % 4 == group }
            let share = Double(own.count { flags[$0] }) / Double(own.count)
            #expect(share > 0.003 && share < 0.03, "group \(group): \(share)")
        }
    }

    @Test("Records of a sample that are scored anew are no alarms, and leave the gain where it was")
    func rescored() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 513)
        func scores(_ count: Int, times factor: Float) -> [Float] {
            (0..<count).map { _ in factor * abs(stream.normal()) }
        }
        var options = AnomalyOptions()
        options.falseAlarmRate = 0.01
        var threshold = ScoreThreshold()
        threshold.learn(scores(2000, times: 1), clock: 0, options: options)
        let before = (threshold.alarms, threshold.gain, threshold.recentAlarms)
        // Other vectors, in which distances are three times as large.
        threshold.restart()
        threshold.learn(scores(1000, times: 3), clock: 0, options: options, areJudged: false)
        #expect(threshold.alarms == before.0 && threshold.recentAlarms == before.2)
        #expect(threshold.gain == before.1)
        let value = try #require(threshold.value)
        #expect(value > 6 && value < 11)
    }

    @Test("High scores of a step that is not learned yet count: the tail is that after they are learned")
    func arrivals() throws {
        #expect(StepArrivals().corrected(0.01) == 0.01)
        #expect(abs(StepArrivals(higher: 4, of: 100, known: 900).corrected(0.01) - 0.013) < 1e-12)
        var options = ClusteringOptions()
        options.anomalies.falseAlarmRate = 0.01
        var stream = SyntheticStream(clusters: 1, dimension: 3, spread: 1, seed: 514)
        let known = stream.records(1000).vectors
        var learner = Learner(model: Model(space: "v", dimension: 3, metric: .euclidean), options: options)
        _ = try learner.process(vectors: known, observations: [])
        let value = try #require(learner.model.threshold.value)
        // The record whose score is the least above the threshold, thirty times in one step.
        let centre = stream.centres[0]
        let row = try #require(
            stride(from: Float(1), to: 20, by: 0.02).map { [centre[0] + $0, centre[1], centre[2]] }
                .first { Double(learner.model.scores(Matrix(columns: 3, storage: $0))[0]) > value * 1.02 }
        )
        let repeated = Matrix(columns: 3, storage: (0..<30).flatMap { _ in row })
        let flags = assign(vectors: repeated, observations: [], model: learner.model, options: options)
            .assignments.map(\.anomaly)
        #expect(flags[0] && !flags[29])
        #expect(flags.count { $0 } < 10)
    }

    @Test("Rows of features that have just begun raise what is due of them")
    func young() throws {
        var flagged = 0.0
        for seed: UInt64 in 0..<4 {
            var options = ClusteringOptions()
            options.anomalies.falseAlarmRate = 0.01
            options.seed = seed
            let layout = FeatureLayout(
                fields: (0..<3).map { FeatureLayout.Field(name: "f\($0)", kind: .number(.automatic)) }
            )
            var learner = Learner(
                model: Model(space: "f", dimension: 3, metric: .euclidean, layout: layout),
                options: options
            )
            let rows = Self.vectors(.heavyTailed, count: 1500, seed: 520 + seed)
            let found = try learner.process(vectors: rows, observations: []).assignments
            flagged += Double(found.dropFirst(300).count { $0.anomaly })
        }
        #expect(flagged > 0.6 * 48 && flagged < 1.7 * 48, "\(flagged) of 48 due")
    }

    @Test("A tail of its own follows from a cluster's surprises, survives being stored, and is none of a small cluster")
    func localTail() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 511)
        func surprises(_ mean: Double, _ count: Int) -> [(stream: Double, isStrange: Bool)] {
            (0..<count).map { _ in (pow(Double(stream.generator.nextUniform()), mean), false) }
        }
        var tails: [Double: LocalTail] = [:]
        for mean in [0.3, 1, 2] {
            var tail = LocalTail()
            tail.learn(surprises(mean, 400), clock: 0, rate: 0.01)
            #expect(tail.tail(stream: 0.01) == nil)
            for _ in 0..<40 { tail.learn(surprises(mean, 500), clock: 0, rate: 0.01) }
            tails[mean] = tail
            // `P(mean · E > -ln p) = p^(1 / mean)` of an exponential `E`.
            for stream in [0.5, 0.05, 0.005] {
                let expected = pow(stream, 1 / mean)
                guard expected > 1e-4 else { continue }
                let found = try #require(tail.tail(stream: stream))
                #expect(found > expected / 1.6 && found < expected * 1.6, "mean \(mean), stream \(stream)")
            }
            let stored = try JSONDecoder().decode(LocalTail.self, from: JSONEncoder().encode(tail))
            #expect(stored == tail)
        }
        let (narrow, wide) = (try #require(tails[0.3]), try #require(tails[2]))
        #expect(try #require(narrow.tail(stream: 0.01)) < 1e-3)
        #expect(try #require(wide.tail(stream: 0.01)) > 0.05)
    }

    @Test("No score has a tail of nought: what lies beyond all that was seen is as improbable as so many can say")
    func tailFloor() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 512)
        var threshold = ScoreThreshold()
        // A law that ends at 1.
        threshold.learn(
            (0..<5000).map { _ in Float(stream.generator.nextUniform()) },
            clock: 0,
            options: AnomalyOptions()
        )
        var last = 1.0
        for score: Float in [0.5, 0.9, 0.99, 1, 1.1, 2, 10, 100, 1e6] {
            let tail = try #require(threshold.tail(score))
            #expect(tail > 0 && tail <= last)
            last = tail
        }
        #expect(try #require(threshold.tail(1)) > 0.4 / 5001)
        #expect(try #require(threshold.tail(1.05)) > 1e-6)
        let stored = try JSONDecoder().decode(ScoreThreshold.self, from: JSONEncoder().encode(threshold))
        #expect(stored == threshold)
    }
}
