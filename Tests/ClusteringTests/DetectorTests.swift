import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Detectors")
struct DetectorTests {
    private static func trained(
        _ vectors: Matrix,
        observations: [Observation] = [],
        _ change: (inout ClusteringOptions) -> Void = { _ in }
    ) throws -> Learner {
        var options = ClusteringOptions()
        options.anomalies.falseAlarmRate = 0.01
        change(&options)
        var learner = Learner(
            model: Model(space: "v", dimension: vectors.columns, metric: .euclidean),
            options: options
        )
        _ = try learner.process(vectors: vectors, observations: observations)
        _ = try learner.flush()
        return learner
    }

    @Test("Steps of rarity are powers of two; the tail is the share of records at least as rare, and one more")
    func rarity() {
        #expect([1, 0.5, 0.49, 0.25, 0.2, 1e-12, 0].map(RarityHistory.step) == [0, 0, 1, 1, 2, 22, 22])
        var history = RarityHistory()
        var counts = [Int](repeating: 0, count: RarityHistory.steps)
        counts[0] = 900
        counts[5] = 90
        counts[RarityHistory.unseen] = 9
        history.learn(counts, clock: 0)
        #expect(history.tail(0) == 1)
        #expect(abs(history.tail(3) - 0.1) < 1e-9)
        #expect(abs(history.tail(RarityHistory.unseen) - 0.01) < 1e-9)
        #expect(abs(history.tail(RarityHistory.unseen, pending: counts) - 19.0 / 1999) < 1e-9)
        history.learn([], clock: 1)
        #expect(history.total == 499.5)
        history.learn(counts, clock: 2)
        #expect(abs(history.total - (999 * 0.25 + 999)) < 1e-6)
    }

    @Test("The opinion is the smallest tail over its detector's share, and an anomaly at or below the rate")
    func combination() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 1, seed: 31)
        let learner = try Self.trained(stream.records(4000).vectors)
        let model = learner.model
        let panel = DetectorPanel(model: model, weights: model.weights, options: learner.options.anomalies)
        // No bursts are told of records without times.
        #expect(abs(panel.distance.share + panel.rarity.share - 1) < 1e-12)
        var timed = model
        timed.newestTimestamp = 0
        let other = DetectorPanel(model: timed, weights: model.weights, options: learner.options.anomalies)
        #expect(abs(other.distance.share + other.rarity.share + other.burst.share - 1) < 1e-12)
        let limit = try #require(model.threshold.value)
        for factor: Float in [0.1, 0.5, 0.9, 1.1, 3] {
            for isFar in [false, true] {
                let sighting = Sighting(score: Float(limit) * factor, cluster: 0, isFar: isFar)
                let tails = [
                    try #require(panel.distance.tail(sighting)) / panel.distance.share,
                    try #require(panel.rarity.tail(sighting)) / panel.rarity.share,
                ]
                let opinion = panel.judge(sighting)
                #expect(opinion.tail == min(1, tails[0], tails[1]))
                let tail = try #require(opinion.tail)
                #expect((opinion.reason != nil) == (tail <= 0.01 * (1 + 1e-9)))
            }
        }
        #expect(panel.judge(Sighting(score: Float(limit) * 2, cluster: 0, isFar: false)).reason == .far)
        let flood = Sighting(score: Float(limit) * 2, cluster: 0, isFar: false, isFlood: true)
        #expect(panel.judge(flood).reason == nil)
    }

    @Test(
        "A burst is far more records than a cluster's own past minutes make likely; a steady or restless one has none"
    )
    func burst() throws {
        var generator = SeededGenerator(seed: 70)
        func rate(_ count: (Int, inout SeededGenerator) -> Double) -> ClusterRate {
            var rate = ClusterRate(timestamp: 0, count: count(0, &generator))
            for minute in 1..<200 { rate.add(count(minute, &generator), timestamp: Int64(minute) * ClusterRate.width) }
            return rate
        }
        let now = 200 * ClusterRate.width
        var steady = rate { _, generator in Double(Int.random(in: 5...15, using: &generator)) }
        var restless = rate { minute, generator in minute % 10 == 0 ? 80 : Double.random(in: 0...5, using: &generator) }
        #expect(steady.tail(at: now) == nil)
        steady.add(12, timestamp: now)
        #expect(try #require(steady.tail(at: now)) > 0.05)
        steady.add(68, timestamp: now + 1000)
        restless.add(80, timestamp: now)
        #expect(try #require(steady.tail(at: now)) < 1e-6)
        #expect(try #require(restless.tail(at: now)) > 1e-3)
        var young = ClusterRate(timestamp: 0, count: 1)
        young.add(1000, timestamp: ClusterRate.width)
        #expect(young.tail(at: ClusterRate.width) == nil)
    }

    @Test("What is usual at an hour of the day is no burst then")
    func season() throws {
        var generator = SeededGenerator(seed: 72)
        var rate = ClusterRate(timestamp: 0, count: 2)
        var tails: [Int: Double] = [:]
        for minute in 1..<(4 * 1440 + 760) {
            // Two a minute, and a hundred in the hour from noon on.
            let usual = (minute / 60) % 24 == 12 ? 100 : 2
            let now = Int64(minute) * ClusterRate.width
            rate.add(Double(Int.random(in: usual - 1...usual + 1, using: &generator)), timestamp: now)
            tails[minute] = rate.tail(at: now)
        }
        #expect(try #require(tails[720]) < 1e-6, "the first noon is one")
        for day in 2...4 { #expect(try #require(tails[day * 1440 + 725]) > 1e-3, "day \(day)") }
    }

    @Test("A cluster that came every minute is silent after a few; one that comes by fits is not, nor one at night")
    func silence() throws {
        var generator = SeededGenerator(seed: 73)
        let minute = ClusterRate.width
        var steady = ClusterRate(timestamp: 0, count: 6)
        var fitful = ClusterRate(timestamp: 0, count: 6)
        var rare = ClusterRate(timestamp: 0, count: 1)
        for number in 1..<400 {
            let now = Int64(number) * minute
            steady.add(Double(Int.random(in: 4...8, using: &generator)), timestamp: now)
            if number % 40 == 0 { fitful.add(240, timestamp: now) }
            if number % 30 == 0 { rare.add(1, timestamp: now) }
        }
        let last = 399 * minute
        #expect(steady.silence(at: last + 2 * minute, since: 0) == 1, "the minute after may still bring some")
        #expect(try #require(steady.silence(at: last + 6 * minute, since: 0)) < 1e-8)
        #expect(try #require(fitful.silence(at: last + 30 * minute, since: 0)) > 1e-2)
        #expect(try #require(rare.silence(at: last + 60 * minute, since: 0)) > 1e-2)
        // Where the whole stream was silent, nothing is missing.
        #expect(steady.silence(at: last + 600 * minute, since: 999) == 1)
        #expect(ClusterRate(timestamp: 0, count: 9).silence(at: 100 * minute, since: 0) == nil)

        var nightly = ClusterRate(timestamp: 0, count: 0)
        for number in 1..<(5 * 1440 + 1200) where (number / 60) % 24 >= 8 && (number / 60) % 24 < 20 {
            nightly.add(5, timestamp: Int64(number) * minute)
        }
        let evening = Int64(5 * 1440 + 1199) * minute
        #expect(try #require(nightly.silence(at: evening + 600 * minute, since: 0)) > 1e-3)
        #expect(try #require(nightly.silence(at: evening + 735 * minute, since: 0)) < 1e-6)
    }

    @Test("A rate that doubles and doubles again within hours is a surge, though no minute jumps; fits are none")
    func surge() {
        var generator = SeededGenerator(seed: 75)
        var growing = ClusterRate(timestamp: 0, count: 20)
        var fitful = ClusterRate(timestamp: 0, count: 20)
        var swaying = ClusterRate(timestamp: 0, count: 20)
        var surges: [Int] = []
        for number in 1..<600 {
            let now = Int64(number) * ClusterRate.width
            let rate = number < 400 ? 20 : 20 + (number - 400)
            growing.add(Double(Int.random(in: rate - 8...rate + 8, using: &generator)), timestamp: now)
            if growing.isSurging(at: now) { surges.append(number) }
            if number % 40 == 0 { fitful.add(800, timestamp: now) }
            #expect(number < 120 || !fitful.isSurging(at: now))
            swaying.add(20 + (10 * sin(Double(number) / 720 * 2 * .pi)).rounded(), timestamp: now)
            #expect(!swaying.isSurging(at: now))
        }
        #expect(surges.first.map { $0 > 430 && $0 < 500 } == true, "\(surges.prefix(3))")
    }

    @Test("The unseen is as probable as it was often met, in a source or in all; a young source is learned first")
    func unseen() throws {
        var history = NoveltyHistory()
        #expect(history.unseen(source: 1, pending: [:], learningPeriod: 300) == nil)
        history.learn([1: .init(records: 9999, firsts: 0), 2: .init(records: 499, firsts: 49)], clock: 0)
        // One in two hundred of all records, but one in ten of the second source's.
        let first = try #require(history.unseen(source: 1, pending: [:], learningPeriod: 300))
        let second = try #require(history.unseen(source: 2, pending: [:], learningPeriod: 300))
        #expect(abs(first - 50.0 / 10_499) < 1e-9)
        #expect(abs(second - 0.1) < 1e-9)
        #expect(history.isLearning(source: 3, pending: [3: .init(records: 299, firsts: 1)], learningPeriod: 300))
        #expect(!history.isLearning(source: 3, pending: [3: .init(records: 300, firsts: 1)], learningPeriod: 300))
        history.learn([:], clock: 1)
        #expect(history.all.records == 5249)
        #expect(try JSONDecoder().decode(NoveltyHistory.self, from: JSONEncoder().encode(history)) == history)
        history.learn(
            Dictionary(uniqueKeysWithValues: (10..<3000).map { ($0, .init(records: 1, firsts: 0)) }),
            clock: 1
        )
        #expect(history.sources.count == NoveltyHistory.capacity && history.sources[1] != nil)
    }

    @Test("A source that has only begun raises no alarm by being unlike the others; one that is known does")
    func youngSource() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 0.5, seed: 74)
        var learner = try Self.trained(
            stream.records(4000, from: [0, 1]).vectors,
            observations: Array(repeating: Observation(source: 1), count: 4000)
        )
        let odd = stream.records(8, from: [8]).vectors
        var other = learner
        let known = try learner.process(vectors: odd, observations: Array(repeating: Observation(source: 1), count: 8))
        let young = try other.process(vectors: odd, observations: Array(repeating: Observation(source: 2), count: 8))
        #expect(known.assignments.allSatisfy { $0.anomaly })
        #expect(!young.assignments.contains { $0.anomaly })
    }

    @Test("A burst in a cluster that is always there raises alarms, though nothing about the records is odd")
    func bursting() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 1, seed: 71)
        let (vectors, _) = stream.records(12_000)
        let times = (0..<12_000).map { Observation(timestamp: Int64($0) * 600) }
        var learner = try Self.trained(vectors, observations: times)
        // From a hundred a minute, a third of them of each kind, to thousands of one.
        let flood = stream.records(3000, from: [1]).vectors
        let found = try learner.process(
            vectors: flood,
            observations: (0..<3000).map { Observation(timestamp: 7_200_000 + Int64($0)) }
        ).assignments
        #expect(found[1000...].count { $0.reason == .burst } > 1800)
        #expect(found[..<100].count { $0.anomaly } < 10)
    }

    @Test("A new kind is new where that is rare, and none of note where new kinds come all the time")
    func novelty() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 0.3, seed: 32)
        // As far from the bulk as many others, so that distance says nothing.
        let wide = { (count: Int, stream: inout SyntheticStream) in stream.noise(count, width: 400) }
        var vectors = stream.records(8000, from: [0, 1]).vectors
        let steady = try Self.trained(vectors) { $0.birth = .distance(5) }
        let sighting = Sighting(score: 0, cluster: 0, isFar: true)
        func judged(_ learner: Learner) -> Assignment.Reason? {
            let options = learner.options.anomalies
            return DetectorPanel(model: learner.model, weights: learner.model.weights, options: options)
                .judge(sighting).reason
        }
        #expect(judged(steady) == .new)
        for start in stride(from: 0, to: 8000, by: 20) {
            for (column, value) in wide(1, &stream).storage.enumerated() { vectors.storage[start * 2 + column] = value }
        }
        #expect(judged(try Self.trained(vectors) { $0.birth = .distance(5) }) == nil)
    }

    @Test("A kind that suddenly makes up the stream raises a dozen alarms, whatever the step, and hardly more")
    func flood() throws {
        var stream = SyntheticStream(clusters: 9, dimension: 2, spread: 0.5, seed: 34)
        var learner = try Self.trained(stream.records(4000, from: [0, 1]).vectors)
        let found = try learner.process(vectors: stream.records(3000, from: [8]).vectors, observations: []).assignments
        let alarms = found.count { $0.anomaly }
        #expect(found[..<12].allSatisfy { $0.anomaly })
        #expect(alarms < 45, "\(alarms)")
    }

    @Test("Nothing is said before enough was seen")
    func learning() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 1, seed: 33)
        let learner = try Self.trained(stream.records(300).vectors)
        let model = learner.model
        let panel = DetectorPanel(model: model, weights: model.weights, options: learner.options.anomalies)
        #expect(panel.judge(Sighting(score: 1000, cluster: 0, isFar: true)).reason == nil)
        #expect(panel.rarity.tail(Sighting(score: 0, cluster: 0, isFar: true)) == nil)
    }

    @Test("On a steady stream alarms come at the rate that was asked for", arguments: [0.01, 0.001])
    func calibration(rate: Double) throws {
        var total = 0.0
        for seed: UInt64 in 0..<3 {
            var stream = SyntheticStream(clusters: 5, dimension: 6, spread: 1, seed: 40 + seed)
            var learner = try Self.trained(stream.records(3000).vectors) {
                $0.anomalies.falseAlarmRate = rate
                $0.seed = seed
            }
            let found = try learner.process(vectors: stream.records(20_000).vectors, observations: []).assignments
            total += Double(found.count { $0.anomaly }) / 20_000 / 3
        }
        #expect(total > 0.4 * rate && total < 2 * rate, "\(total)")
    }

    @Test("An anomaly is explained: how far, by which fields, by which words, and when the like was last seen")
    func explanation() throws {
        var stream = SyntheticStream(clusters: 2, dimension: 3, spread: 1, seed: 50)
        let (vectors, truth) = stream.records(3000)
        let observations = truth.enumerated().map {
            Observation(timestamp: Int64($0) * 1000, text: "disk of kind\($1) mounted")
        }
        var learner = try Self.trained(vectors, observations: observations)
        var odd = stream.centres[0]
        odd[2] += 60
        let (found, _) = try learner.process(
            vectors: Matrix(columns: 3, storage: odd + odd),
            observations: Array(repeating: Observation(timestamp: 4_000_000, text: "disk caught fire"), count: 2)
        )
        let explanation = try #require(found[0].explanation)
        #expect(found[0].anomaly && found[0].reason != nil)
        #expect(try #require(explanation.deviations) > 10)
        #expect(explanation.terms == ["caught", "fire"])
        #expect(explanation.fields.first?.name == "element 2")
        #expect(try #require(explanation.fields.first?.deviations) > 10)
        #expect(explanation.lastSeen == nil && explanation.lastRecord == nil)
        _ = try learner.flush()
        let again = try learner.process(vectors: Matrix(columns: 3, storage: odd), observations: []).assignments
        #expect(again[0].explanation?.lastRecord == 3001)
        #expect(again[0].explanation?.lastSeen == 4_000_000)
        let usual = try learner.process(vectors: Matrix(columns: 3, storage: stream.centres[0]), observations: [])
        #expect(usual.assignments[0].explanation == nil && !usual.assignments[0].anomaly)
    }
}
