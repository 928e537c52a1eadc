import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Anomaly threshold")
struct AnomalyTests {
    @Test("The tail's fit is at least as likely as SciPy's, up to 1e-3 of a nat per hundred records")
    func tailFit() throws {
        for known in try Reference.load().tails {
            let tail = try #require(ParetoTail.fit(known.excesses))
            #expect(tail.logLikelihood(known.excesses) > known.logLikelihood - 0.01)
        }
    }

    @Test("Survival and quantile of the tail are inverse to each other")
    func tailInverse() {
        for shape in [-0.4, 0, 1e-12, 0.3] {
            let tail = ParetoTail(shape: shape, scale: 2)
            for probability in [0.9, 0.1, 1e-3] {
                #expect(abs(tail.survival(tail.excess(probability: probability)) - probability) < 1e-9)
            }
        }
        #expect(ParetoTail(shape: -0.5, scale: 1).survival(3) == 0)
    }

    enum Law: String, CaseIterable {
        case exponential, folded, heavy, bounded
    }

    @Test("On stationary scores the realised rate is within half and twice q = 0.01", arguments: Law.allCases)
    func calibration(law: Law) {
        var options = AnomalyOptions()
        options.falseAlarmRate = 0.01
        var rates: [Double] = []
        for seed: UInt64 in 0..<5 {
            var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: seed)
            var threshold = ScoreThreshold()
            var alarms = 0
            let scores = (0..<30_000).map { _ in draw(law, &stream) }
            for start in stride(from: 0, to: scores.count, by: 100) {
                let step = Array(scores[start..<start + 100])
                if start >= 2000, let value = threshold.value { alarms += step.count { Double($0) > value } }
                threshold.learn(step, clock: Double(start + 100) / 10_000, options: options)
            }
            rates.append(Double(alarms) / 28_000)
        }
        #expect(rates.allSatisfy { $0 > 0.005 && $0 < 0.02 }, "\(law): \(rates)")
    }

    private func draw(_ law: Law, _ stream: inout SyntheticStream) -> Float {
        let uniform = Float(stream.generator.nextUniform())
        return switch law {
        case .exponential: -log(uniform)
        case .folded: abs(stream.normal())
        case .heavy: pow(uniform, -0.25)
        case .bounded: uniform
        }
    }

    @Test("Before enough scores were seen there is no alarm")
    func silentAtFirst() {
        var threshold = ScoreThreshold()
        threshold.learn(Array(repeating: 1, count: 499), clock: 0, options: AnomalyOptions())
        #expect(threshold.value == nil)
        threshold.learn([1], clock: 0, options: AnomalyOptions())
        #expect(threshold.value != nil)
    }

    @Test("Alarms teach nothing: a burst of them does not lift the threshold")
    func alarmsDoNotTeach() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 1)
        var threshold = ScoreThreshold()
        threshold.learn((0..<5000).map { _ in abs(stream.normal()) }, clock: 0, options: AnomalyOptions())
        let before = try #require(threshold.value)
        let alarms = threshold.alarms
        for _ in 0..<20 {
            threshold.learn(Array(repeating: 1000, count: 30), clock: 0, options: AnomalyOptions())
            threshold.learn((0..<500).map { _ in abs(stream.normal()) }, clock: 0, options: AnomalyOptions())
        }
        #expect(try #require(threshold.value) < 1.5 * before)
        #expect(threshold.alarms >= alarms + 600)
    }

    @Test("A flood of alarms that lasts is another stream: it is learned, and the old one still known")
    func flood() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 12)
        var threshold = ScoreThreshold()
        var options = AnomalyOptions()
        options.falseAlarmRate = 0.01
        threshold.learn((0..<5000).map { _ in abs(stream.normal()) }, clock: 0, options: options)
        var alarms: [UInt64] = []
        for _ in 0..<30 {
            let before = threshold.alarms
            threshold.learn((0..<100).map { _ in 50 + abs(stream.normal()) }, clock: 0, options: options)
            alarms.append(threshold.alarms - before)
        }
        #expect(alarms[0] == 100)
        #expect(alarms[10...].reduce(0, +) < 100)
        #expect(try #require(threshold.value) > 50)
    }

    @Test("The threshold follows a distribution that shrinks, and forgets the old one")
    func follows() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 2)
        var threshold = ScoreThreshold()
        var options = AnomalyOptions()
        options.falseAlarmRate = 0.01
        var clock = 0.0
        func feed(_ scale: Float, _ count: Int) {
            for _ in 0..<count / 100 {
                clock += 0.1
                threshold.learn((0..<100).map { _ in scale * abs(stream.normal()) }, clock: clock, options: options)
            }
        }
        feed(10, 3000)
        let wide = try #require(threshold.value)
        feed(1, 20_000)
        let narrow = try #require(threshold.value)
        #expect(narrow < wide / 5)
        #expect(narrow > 1.8 && narrow < 4)
    }

    @Test("Tail probabilities fall with the score, and match the empirical share in the body")
    func tails() throws {
        var stream = SyntheticStream(clusters: 1, dimension: 1, spread: 1, seed: 3)
        var threshold = ScoreThreshold()
        #expect(threshold.tail(1) == nil)
        threshold.learn(
            (0..<10_000).map { _ in -log(Float(stream.generator.nextUniform())) },
            clock: 0,
            options: AnomalyOptions()
        )
        var last = 1.0
        for score: Float in [0, 0.5, 1, 2, 3, 4, 5, 7, 10] {
            let tail = try #require(threshold.tail(score))
            #expect(tail <= last + 1e-12 && tail >= 0)
            last = tail
            if score <= 3 { #expect(abs(tail - exp(-Double(score))) < 0.02) }
        }
        #expect(last < 0.001)
    }

    @Test("Constant scores raise no alarm; a clearly larger one does")
    func constantScores() throws {
        var threshold = ScoreThreshold()
        threshold.learn(Array(repeating: 0.25, count: 3000), clock: 0, options: AnomalyOptions())
        let value = try #require(threshold.value)
        #expect(value >= 0.25 && value < 0.3)
    }

    @Test("Light clusters do not make what is near them normal; many small ones together do")
    func heavyClusters() {
        #expect(HeavyClusters(weights: [900, 95, 5], share: 0.02).isHeavy == [true, true, false])
        #expect(HeavyClusters(weights: Array(repeating: 1, count: 100), share: 0.02).isHeavy.count { $0 } == 98)
        #expect(HeavyClusters(weights: [7], share: 0.02).isHeavy == [true])
    }

    @Test(
        "On real measurements anomalies score higher than normal rows",
        .enabled(if: SharedData.isPresent, "the public data folder is absent")
    )
    func thyroid() throws {
        let table = try DataTable("classical/thyroid.csv.gz")
        var learner = Learner(
            model: Model(space: "thyroid", dimension: table.vectors.columns, metric: .euclidean),
            options: ClusteringOptions()
        )
        let result = try learner.process(vectors: table.vectors, observations: [])
        let judged = 500..<table.labels.count
        let scores = judged.map { Double(result.assignments[$0].score ?? 0) }
        let area = try #require(Quality.auroc(scores: scores, positive: judged.map { table.labels[$0] == "1" }))
        #expect(area > 0.85)
    }
}
