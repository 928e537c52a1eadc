import Kernels

/// How many groups were decided on, and why.
struct CountDecision {
    /// The number of groups.
    var k: Int
    /// Where they may start from; nil where no trial had centroids.
    var start: Matrix?
    /// The numbers that were tried; empty where the number was given.
    var curve: [CountTrial] = []
    /// A sentence for people.
    var reason: String

    private init(k: Int, start: Matrix?, reason: String) {
        self.k = k
        self.start = start
        self.reason = reason
    }

    /// Decides for methods with centroids.
    init(_ choice: CountChoice, vectors: Matrix, metric: Metric, lanes: Lanes, generator: inout SeededGenerator) {
        let rows = Quality.draw(choice.sample, of: vectors.rows, seed: generator.next())
        let sample = rows.count == vectors.rows ? vectors : vectors.selecting(rows)
        let judge = ClusterCountJudge(vectors: sample, metric: metric, lanes: lanes)
        if case .fixed(let count) = choice.count {
            self.init(k: max(1, count), start: nil, reason: "k = \(count), as was asked")
            if k > 1, k <= sample.rows / 2 { start = judge.start(k: k) }
            return
        }
        let trials = judge.trials(maximum: choice.maximumK, criterion: choice.criterion, generator: &generator)
        self.init(choice, curve: ClusterCountJudge.curve(trials, choice.criterion), judged: sample.rows)
        let isLow = choice.criterion == .elbow
        start = trials.filter { $0.k == k }.min { isLow ? $0.value < $1.value : $0.value > $1.value }?.centroids
    }

    /// Decides by a curve.
    ///
    /// - Parameter judged: the number of vectors that it was found with.
    init(_ choice: CountChoice, curve: [CountTrial], judged: Int) {
        self.curve = curve
        guard let best = choice.criterion.best(curve) else {
            k = 1
            reason = "k = 1: \(judged) vectors are too few to compare numbers of groups"
            return
        }
        k = curve[best].k
        let value = (curve[best].value * 10_000).rounded() / 10_000
        let verb = choice.criterion == .elbow ? "lies at" : "is best for"
        reason =
            "k = \(k): \(choice.criterion.name) \(verb) it (\(value)) among \(curve.count) numbers from "
            + "\(curve[0].k) to \(curve[curve.count - 1].k), on \(judged) vectors"
    }
}
