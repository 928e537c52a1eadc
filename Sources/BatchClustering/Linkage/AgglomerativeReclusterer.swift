public import Kernels

/// The two nearest groups are joined until enough are left (Ward 1963; Lance and Williams 1967).
///
/// Labels are those of scikit-learn's `AgglomerativeClustering` but for their names. Memory is `4 n²` bytes and time
/// `O(n²)`; more vectors than ``largestSample`` are first summed up by a ``FeatureTree`` and go where the vector that
/// stands for them goes.
public struct AgglomerativeReclusterer: Reclusterer, Equatable {
    /// How many groups, where no threshold says it.
    public var choice: CountChoice
    /// How far apart two groups are.
    public var linkage: GroupingOptions.Linkage
    /// Groups at this distance or farther are not joined, in the metric (Ward: the square root of twice the growth of
    /// the sum of squares); nil goes by ``choice``.
    public var distanceThreshold: Double?
    /// The most vectors that are joined one by one, at least 2.
    public var largestSample = 10_000

    /// - Parameters:
    ///   - choice: how many groups, where no threshold says it.
    ///   - linkage: how far apart two groups are.
    ///   - distanceThreshold: groups at this distance or farther are not joined; nil goes by `choice`.
    public init(
        _ choice: CountChoice = CountChoice(),
        linkage: GroupingOptions.Linkage = .ward,
        distanceThreshold: Double? = nil
    ) {
        self.choice = choice
        self.linkage = linkage
        self.distanceThreshold = distanceThreshold
    }

    /// See ``Reclusterer/grouping(of:metric:seed:lanes:)``.
    public func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes = .serial
    ) throws(GroupingError) -> Partition {
        try vectors.checkForGrouping()
        try choice.check()
        if let distanceThreshold, !(distanceThreshold >= 0) {
            throw .unsuitable("the distance threshold is \(distanceThreshold); it must be 0 or more, or none")
        }
        var reasons: [String] = []
        let reduced =
            vectors.rows > largestSample
            ? ReducedVectors(vectors, metric: metric, limit: largestSample, lanes: lanes) : nil
        if let reduced {
            reasons.append(
                "\(vectors.rows) vectors were summed up by \(reduced.vectors.rows) weighted ones, since more than "
                    + "\(largestSample) are too many to compare each with each"
            )
        }
        let tree = Linkage(
            triangle(reduced?.vectors ?? vectors, weights: reduced?.weights, metric: metric, lanes: lanes),
            weights: reduced?.weights,
            rule: rule
        )
        var partition: Partition
        if let distanceThreshold {
            partition = Partition(tree.cut(threshold: distanceThreshold))
            partition.reasons = ["\(partition.count) groups lie \(distanceThreshold) or more apart"]
        } else {
            partition = chosen(tree, vectors, owners: reduced?.owners, metric: metric, seed: seed, lanes: lanes)
        }
        if let reduced { partition.labels = reduced.owners.map { partition.labels[Int($0)] } }
        partition.reasons = reasons + partition.reasons
        return partition
    }

    private var rule: Linkage.Rule {
        switch linkage {
        case .ward: .ward
        case .average: .average
        case .complete: .complete
        }
    }

    private func triangle(_ vectors: Matrix, weights: [Double]?, metric: Metric, lanes: Lanes) -> DistanceTriangle {
        let triangle = DistanceTriangle(vectors, metric: metric, lanes: lanes)
        guard linkage == .ward, metric == .cosine || weights != nil else { return triangle }
        // Ward's distance is a straight line, and longer between heavy vectors.
        var place = 0
        for row in 0..<triangle.count {
            for other in 0..<row {
                var distance = triangle.storage[place]
                if metric == .cosine { distance = (2 * distance).squareRoot() }
                if let weights {
                    let (a, b) = (weights[row], weights[other])
                    distance *= (2 * a * b / (a + b)).squareRoot()
                }
                triangle.storage[place] = distance
                place += 1
            }
        }
        return triangle
    }

    private func chosen(
        _ tree: Linkage,
        _ vectors: Matrix,
        owners: [Int32]?,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) -> Partition {
        if case .fixed(let count) = choice.count {
            var partition = Partition(tree.cut(groups: max(1, count)))
            partition.reasons = ["k = \(count), as was asked"]
            return partition
        }
        let rows = Quality.draw(choice.sample, of: vectors.rows, seed: seed)
        let judge = ClusterCountJudge(vectors: vectors.selecting(rows), metric: metric, lanes: lanes)
        var curve: [CountTrial] = []
        let ceiling = min(choice.maximumK, tree.count / 3)
        for k in stride(from: 2, through: ceiling, by: 1) {
            let labels = tree.cut(groups: k)
            let judged = rows.map { row in labels[owners.map { Int($0[row]) } ?? row] }
            curve.append(CountTrial(k: k, value: judge.value(judged, choice.criterion)))
        }
        let decision = CountDecision(choice, curve: curve, judged: rows.count)
        var partition = Partition(tree.cut(groups: decision.k))
        partition.curve = curve
        partition.reasons = [decision.reason]
        return partition
    }
}

extension Partition {
    /// A partition of labels that have no gap.
    fileprivate init(_ labels: [Int]) {
        self.init(labels: labels.map { Int32($0) }, count: (labels.max() ?? -1) + 1)
    }
}
