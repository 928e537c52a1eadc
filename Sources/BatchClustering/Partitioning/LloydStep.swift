import Kernels

/// How far the centroids moved in a round, and how far apart they lie, in straight lines.
struct LloydMovement: Sendable {
    /// How far each centroid moved.
    let shifts: [Float]
    /// Half the distance of each centroid to the nearest other one; 0 where it was not worth knowing.
    let halfGaps: [Float]
    /// By how much the two bounds of a usual vector came closer.
    let usual: Float
    private let largest: Float
    private let second: Float
    private let mover: Int

    init(from before: Matrix, to after: Matrix, metric: Metric, gaps: Bool) {
        let columns = after.columns
        var shifts = [Float](repeating: 0, count: after.rows)
        before.withRows { before in
            after.withRows { after in
                for row in shifts.indices {
                    let square = VectorMath.squaredDistance(
                        before + row * columns,
                        after + row * columns,
                        count: columns
                    )
                    shifts[row] = square.squareRoot() * (1 + LloydStep.margin)
                }
            }
        }
        self.shifts = shifts
        let order = shifts.indices.sorted { shifts[$0] > shifts[$1] }
        mover = order.first ?? -1
        largest = order.first.map { shifts[$0] } ?? 0
        second = order.count > 1 ? shifts[order[1]] : 0
        usual = largest + (order.isEmpty ? 0 : shifts[order[order.count / 2]])
        halfGaps =
            gaps
            ? NearestTwo.search(queries: after, centroids: after, metric: metric).map {
                0.5 * LloydStep.lowerBound($0.secondDistance, metric)
            } : Array(repeating: 0, count: after.rows)
    }

    /// The farthest that any centroid but `own` moved.
    @inline(__always)
    func farthest(but own: Int) -> Float { own == mover ? second : largest }
}

/// What is known of the bounds of a part of the vectors.
struct LloydPart: Sendable {
    /// Whether all of its vectors were compared with all centroids in the last round.
    var wasSearched = false
    /// How far apart the bounds of all but an eighth of its vectors were at most, when they were made last.
    var gap = Float.infinity
    /// The rounds since.
    var roundsWithout = 0
    /// How many times in a row bounds were made and spared nothing.
    var failures = 0

    /// Whether bounds made now would be of no use after another movement of about that size, as they were before.
    func isFutile(_ movement: LloydMovement) -> Bool {
        failures >= 2 && roundsWithout < 4 && gap < 0.4 * movement.usual
    }
}

/// One assignment of vectors to their nearest centroids.
struct LloydStep: Sendable {
    /// The relative error that distances may have.
    static let margin: Float = 4e-6
    /// The absolute error that cosine distances may have.
    private static let cosineError: Float = 4e-7

    let data: Matrix
    let centroids: Matrix
    let metric: Metric
    let index: CentroidIndex
    /// What the centroids did since the bounds were true; nil where there are no bounds yet.
    let movement: LloydMovement?
    let labels: SharedMemory<Int32>
    let upper: SharedMemory<Float>
    let lower: SharedMemory<Float>

    /// A straight line not shorter than the true one. Cosine distances are halves of squared chords.
    @inline(__always)
    static func upperBound(_ distance: Float, _ metric: Metric) -> Float {
        metric == .cosine
            ? (2 * (distance + cosineError)).squareRoot() * (1 + margin) : distance * (1 + margin)
    }

    /// A straight line not longer than the true one.
    @inline(__always)
    static func lowerBound(_ distance: Float, _ metric: Metric) -> Float {
        metric == .cosine
            ? max(0, 2 * (distance - cosineError)).squareRoot() * (1 - margin) : distance * (1 - margin)
    }

    /// Assigns the vectors at `rows`.
    ///
    /// Where all were compared with all centroids in the last round, their upper bounds are as good as distances but for
    /// the last movement.
    func run(_ rows: Range<Int>, _ part: inout LloydPart) {
        let columns = data.columns
        data.withRows { vectors in
            if let movement {
                if part.wasSearched, part.isFutile(movement) { return assign(rows, vectors, &part) }
                let doubtful = doubtful(rows, movement)
                // Where most are in doubt, comparing them costs less than learning which need not be.
                if !part.wasSearched || !isMost(doubtful.count, of: rows) {
                    let open = open(doubtful, vectors, movement)
                    part.wasSearched = isMost(open.count, of: rows)
                    guard part.wasSearched else { return searchGathered(open, vectors) }
                }
            }
            accept(index.search(vectors + rows.lowerBound * columns, rows: rows.count), rows)
            let failures = part.gap.isFinite && part.wasSearched ? part.failures + 1 : 0
            part = LloydPart(wasSearched: true, gap: gap(rows), failures: failures)
        }
    }

    /// Assigns without making bounds.
    private func assign(_ rows: Range<Int>, _ vectors: UnsafePointer<Float>, _ part: inout LloydPart) {
        index.nearest(
            vectors + rows.lowerBound * data.columns,
            rows: rows.count,
            into: labels.base + rows.lowerBound
        )
        if part.roundsWithout == 0 {
            for row in rows {
                upper.base[row] = .infinity
                lower.base[row] = 0
            }
        }
        part.roundsWithout += 1
    }

    /// How far apart the bounds are: all but an eighth of the vectors have at most that.
    private func gap(_ rows: Range<Int>) -> Float {
        let gaps = rows.map { lower.base[$0] - upper.base[$0] }.sorted()
        return gaps[gaps.count * 7 / 8]
    }

    private func isMost(_ some: Int, of rows: Range<Int>) -> Bool { some * 8 >= rows.count * 7 }

    private func searchGathered(_ open: [Int], _ vectors: UnsafePointer<Float>) {
        guard !open.isEmpty else { return }
        let columns = data.columns
        let gathered = [Float](unsafeUninitializedCapacity: open.count * columns) { buffer, count in
            for (place, row) in open.enumerated() {
                buffer.baseAddress.map {
                    ($0 + place * columns).initialize(from: vectors + row * columns, count: columns)
                }
            }
            count = open.count * columns
        }
        accept(
            gathered.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.map { index.search($0, rows: open.count) } ?? []
            },
            open
        )
    }

    /// Brings the bounds up to the movement and returns the rows where they overlap.
    private func doubtful(_ rows: Range<Int>, _ movement: LloydMovement) -> [Int] {
        var doubtful: [Int] = []
        doubtful.reserveCapacity(rows.count)
        for row in rows {
            let label = Int(labels.base[row])
            let low = (lower.base[row] - movement.farthest(but: label)) * (1 - Self.margin)
            lower.base[row] = low
            upper.base[row] = (upper.base[row] + movement.shifts[label]) * (1 + Self.margin)
            if upper.base[row] >= max(low, movement.halfGaps[label]) { doubtful.append(row) }
        }
        return doubtful
    }

    /// Those of the doubtful rows whose distance to their own centroid does not prove that they stay where they are.
    private func open(_ doubtful: [Int], _ vectors: UnsafePointer<Float>, _ movement: LloydMovement) -> [Int] {
        let columns = data.columns
        var open: [Int] = []
        open.reserveCapacity(doubtful.count)
        centroids.withRows { centroids in
            for row in doubtful {
                let label = Int(labels.base[row])
                let distance = metric.distance(vectors + row * columns, centroids + label * columns, count: columns)
                upper.base[row] = Self.upperBound(distance, metric)
                if upper.base[row] >= max(lower.base[row], movement.halfGaps[label]) { open.append(row) }
            }
        }
        return open
    }

    private func accept(_ pairs: [NearestPair], _ rows: some Collection<Int>) {
        for (pair, row) in zip(pairs, rows) {
            // None is nearest to a vector that is not finite.
            labels.base[row] = max(0, pair.first)
            upper.base[row] = Self.upperBound(pair.firstDistance, metric)
            lower.base[row] = Self.lowerBound(pair.secondDistance, metric)
        }
    }
}
