import Kernels

/// The state of mini-batch k-means between batches.
struct MiniBatchRun {
    /// A centroid with less than this share of the largest weight is starved.
    private static let starvedShare = 0.01
    /// The batches without a better smoothed inertia after which it ends.
    private static let patience = 10

    private let vectors: Matrix
    private let metric: Metric
    private let lanes: Lanes
    private(set) var centroids: Matrix
    private(set) var batches = 0
    /// The centroids that started anew.
    private(set) var reassigned = 0
    private(set) var isSettled = false
    private var weights: [Double]
    private var means: [Double]
    private var smoothed: Double?
    private var least = Double.infinity
    private var withoutGain = 0
    private var sinceReassignment = 0

    init(vectors: Matrix, metric: Metric, start: Matrix, lanes: Lanes) {
        self.vectors = vectors
        self.metric = metric
        self.lanes = lanes
        centroids = start
        weights = Array(repeating: 0, count: start.rows)
        means = start.storage.map(Double.init)
    }

    /// Learns from one random batch, drawn with replacement.
    mutating func step(batch size: Int, _ generator: inout SeededGenerator) {
        let rows = (0..<min(size, vectors.rows)).map { _ in Int(generator.next() % UInt64(vectors.rows)) }
        let batch = vectors.selecting(rows)
        let pairs = CentroidIndex(centroids: centroids, metric: metric).search(batch, lanes: lanes)
        let labels = pairs.map { max(0, Int($0.first)) }
        let inertia = pairs.reduce(0) {
            $0 + Double($1.firstDistance) * (metric == .cosine ? 1 : Double($1.firstDistance))
        }
        learn(batch, labels)
        sinceReassignment += rows.count
        if weights.contains(0) || sinceReassignment >= 10 * centroids.rows {
            sinceReassignment = 0
            reassign(batch, &generator)
        }
        settle(inertia / Double(max(1, rows.count)), batch: rows.count)
        batches += 1
    }

    private mutating func learn(_ batch: Matrix, _ labels: [Int]) {
        let columns = batch.columns
        var touched = [Bool](repeating: false, count: centroids.rows)
        batch.withRows { rows in
            means.withUnsafeMutableBufferPointer { means in
                for (row, label) in labels.enumerated() {
                    touched[label] = true
                    weights[label] += 1
                    let rate = 1 / weights[label]
                    for column in 0..<columns {
                        let place = label * columns + column
                        means[place] += (Double(rows[row * columns + column]) - means[place]) * rate
                    }
                }
            }
        }
        for row in touched.indices where touched[row] { publish(row) }
    }

    private mutating func publish(_ row: Int) {
        for place in row * centroids.columns..<(row + 1) * centroids.columns {
            centroids.storage[place] = Float(means[place])
        }
        if metric == .cosine { centroids.normalise(row: row) }
    }

    private mutating func reassign(_ batch: Matrix, _ generator: inout SeededGenerator) {
        guard let largest = weights.max(), largest > 0 else { return }
        let order = weights.indices.sorted { (weights[$0], $0) < (weights[$1], $1) }
        let starved = order.prefix { weights[$0] < Self.starvedShare * largest }.prefix(batch.rows / 2)
        guard !starved.isEmpty else { return }
        let isStarved = Set(starved)
        let others = weights.indices.filter { !isStarved.contains($0) }.map { weights[$0] }.min() ?? 1
        let rows = Quality.draw(starved.count, of: batch.rows, seed: generator.next())
        for (row, centroid) in zip(rows, starved) {
            for (column, value) in batch[row: row].enumerated() {
                means[centroid * batch.columns + column] = Double(value)
            }
            weights[centroid] = others
            publish(centroid)
        }
        reassigned += starved.count
    }

    /// Exponential smoothing over about one reading of all vectors.
    private mutating func settle(_ inertia: Double, batch: Int) {
        guard batches > 0 else { return }
        let rate = min(1, 2 * Double(batch) / Double(vectors.rows + 1))
        let value = smoothed.map { $0 + (inertia - $0) * rate } ?? inertia
        smoothed = value
        if value < least {
            least = value
            withoutGain = 0
        } else {
            withoutGain += 1
        }
        isSettled = withoutGain >= Self.patience
    }
}
