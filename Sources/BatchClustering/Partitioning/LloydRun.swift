import Kernels

/// One run of Lloyd's algorithm over vectors: which centroid each belongs to, and bounds that spare most distances once
/// the centroids hardly move.
///
/// Bounds as in Hamerly 2010 ("Making k-means even faster"): one above the distance to a vector's own centroid, one
/// below the distance to any other. Vectors whose bounds overlap are gathered and go through one matrix product with
/// all centroids, so early rounds cost what the product does and late ones little more than reading the bounds. Where
/// bounds would not last to the next round, none are made.
final class LloydRun {
    static let partRows = 512

    let data: Matrix
    let metric: Metric
    let lanes: Lanes
    private(set) var centroids: Matrix
    /// The members of each centroid.
    private(set) var counts: [Int]
    /// The sum of each centroid's members, `k × d`, kept up by what changed.
    private var sums: [Double]
    private let labels: UnsafeMutableBufferPointer<Int32>
    private let previous: UnsafeMutableBufferPointer<Int32>
    private let upper: UnsafeMutableBufferPointer<Float>
    private let lower: UnsafeMutableBufferPointer<Float>
    /// What is known of the bounds of each part.
    private let parts: UnsafeMutableBufferPointer<LloydPart>
    private var movement: LloydMovement?
    private let spread: VectorSpread

    /// - Parameters:
    ///   - data: `n × d`, at least one row.
    ///   - start: `k × d`, at least one row.
    ///   - spread: the mean of the data and the squared distances to it.
    init(data: Matrix, metric: Metric, start: Matrix, spread: VectorSpread, lanes: Lanes) {
        self.data = data
        self.metric = metric
        self.lanes = lanes
        self.spread = spread
        centroids = start
        counts = Array(repeating: 0, count: start.rows)
        sums = Array(repeating: 0, count: start.rows * data.columns)
        labels = .allocate(capacity: data.rows)
        previous = .allocate(capacity: data.rows)
        upper = .allocate(capacity: data.rows)
        lower = .allocate(capacity: data.rows)
        parts = .allocate(capacity: (data.rows + Self.partRows - 1) / Self.partRows)
        parts.initialize(repeating: LloydPart())
        labels.initialize(repeating: -1)
        previous.initialize(repeating: -1)
        upper.initialize(repeating: .infinity)
        lower.initialize(repeating: 0)
    }

    deinit {
        labels.deallocate()
        previous.deallocate()
        upper.deallocate()
        lower.deallocate()
        parts.deallocate()
    }

    /// The centroid of each vector.
    var assignment: [Int] { labels.map { Int($0) } }

    /// Gives each vector to its nearest centroid and returns how many changed.
    func assign() -> Int {
        let index = CentroidIndex(centroids: centroids, metric: metric)
        let step = LloydStep(
            data: data,
            centroids: centroids,
            metric: metric,
            index: index,
            movement: movement,
            labels: SharedMemory(labels),
            upper: SharedMemory(upper),
            lower: SharedMemory(lower)
        )
        let rows = data.rows
        let parts = SharedMemory(parts)
        lanes.run((rows + Self.partRows - 1) / Self.partRows) { part in
            step.run(part * Self.partRows..<min((part + 1) * Self.partRows, rows), &parts.base[part])
        }
        return applyChanges()
    }

    /// Moves the centroids to the means of their members and returns the inertia of the members about those.
    ///
    /// A centroid without members starts anew at the vector that is farthest from its own centroid.
    func update() -> Double {
        if counts.contains(0) { reseed() }
        let before = centroids
        let columns = data.columns
        for row in 0..<centroids.rows where counts[row] > 0 {
            let share = 1 / Double(counts[row])
            for place in row * columns..<(row + 1) * columns { centroids.storage[place] = Float(sums[place] * share) }
            if metric == .cosine { centroids.normalise(row: row) }
        }
        let isWorthGaps = centroids.rows > 1 && centroids.rows < data.rows / 4
        movement = LloydMovement(from: before, to: centroids, metric: metric, gaps: isWorthGaps)
        return spread.inertia(sums: sums, counts: counts, metric: metric)
    }

    /// The sum of the exact distances to the centroids, squared under the Euclidean metric.
    func inertia() -> Double {
        let distances = ownDistances()
        return metric == .cosine
            ? distances.reduce(0) { $0 + Double($1) }
            : distances.reduce(0) { $0 + Double($1) * Double($1) }
    }

    /// The distance of each vector to its centroid.
    private func ownDistances() -> [Float] {
        let (rows, columns, metric, data, centroids) = (data.rows, data.columns, metric, data, centroids)
        let labels = SharedMemory(labels)
        return .shared(rows) { distances in
            lanes.run((rows + Self.partRows - 1) / Self.partRows) { part in
                data.withRows { vectors in
                    centroids.withRows { centroids in
                        for row in part * Self.partRows..<min((part + 1) * Self.partRows, rows) {
                            let own = centroids + Int(labels.base[row]) * columns
                            let distance = metric.distance(vectors + row * columns, own, count: columns)
                            (distances.base + row).initialize(to: distance)
                        }
                    }
                }
            }
        }
    }

    private func reseed() {
        let distances = ownDistances()
        var order = distances.indices.sorted { (distances[$0], $1) < (distances[$1], $0) }
        for empty in counts.indices where counts[empty] == 0 {
            while let record = order.popLast(), distances[record] > 0 {
                guard counts[Int(labels[record])] > 1 else { continue }
                labels[record] = Int32(empty)
                upper[record] = .infinity
                lower[record] = 0
                _ = applyChanges()
                break
            }
        }
    }

    /// Brings sums and counts up to the labels and returns how many vectors changed.
    private func applyChanges() -> Int {
        var changed: [Int32] = []
        for row in labels.indices where labels[row] != previous[row] { changed.append(Int32(row)) }
        guard !changed.isEmpty else { return 0 }
        let isAnew = changed.count * 2 >= labels.count
        if isAnew {
            counts.withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
            for label in labels { counts[Int(label)] += 1 }
        } else {
            for row in changed {
                counts[Int(labels[Int(row)])] += 1
                counts[Int(previous[Int(row)])] -= 1
            }
        }
        let rows = isAnew ? nil : changed
        let change = SumChange(data: data, labels: SharedMemory(labels), previous: SharedMemory(previous), rows: rows)
        sums.withUnsafeMutableBufferPointer { sums in
            if isAnew { sums.update(repeating: 0) }
            let shared = SharedMemory(sums)
            // Columns apart, so that each sum is made in the order of the rows whatever the lanes are.
            let width = SumChange.partColumns
            let columns = data.columns
            lanes.run((columns + width - 1) / width) { part in
                change.apply(columns: part * width..<min((part + 1) * width, columns), to: shared)
            }
        }
        for row in changed { previous[Int(row)] = labels[Int(row)] }
        return changed.count
    }
}

/// What is added to the sums of centroids, and taken from them.
private struct SumChange: Sendable {
    static let partColumns = 64

    let data: Matrix
    let labels: SharedMemory<Int32>
    let previous: SharedMemory<Int32>
    /// The rows that changed; nil where all are summed anew.
    let rows: [Int32]?

    func apply(columns: Range<Int>, to sums: SharedMemory<Double>) {
        let width = data.columns
        data.withRows { vectors in
            guard let rows else {
                for row in 0..<data.rows {
                    let target = sums.base + Int(labels.base[row]) * width
                    VectorMath.add(
                        vectors + row * width + columns.lowerBound,
                        times: 1.0,
                        to: target + columns.lowerBound,
                        count: columns.count
                    )
                }
                return
            }
            for row in rows {
                let vector = vectors + Int(row) * width + columns.lowerBound
                let target = sums.base + Int(labels.base[Int(row)]) * width + columns.lowerBound
                let source = sums.base + Int(previous.base[Int(row)]) * width + columns.lowerBound
                VectorMath.add(vector, times: 1.0, to: target, count: columns.count)
                VectorMath.add(vector, times: -1.0, to: source, count: columns.count)
            }
        }
    }
}

extension Matrix {
    /// Lends the rows as contiguous memory; `body` is not called where there are none.
    @inline(__always)
    func withRows(_ body: (UnsafePointer<Float>) -> Void) {
        storage.withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress { body(base) }
        }
    }
}
