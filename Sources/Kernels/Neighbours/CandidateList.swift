import CKernels

/// The points that may be among the `k` nearest of one query, by scores that are known within an error.
struct CandidateList {
    private struct Candidate {
        /// The highest that the true score can be.
        var best: Float
        /// The lowest that the true score can be.
        var worst: Float
        var index: Int32
    }

    private let k: Int
    private let leftOut: Int
    private let length: Float
    private var kept: [Candidate] = []
    /// At least `k` points have a true score not below this.
    private var threshold = -Float.infinity
    private var nextCompaction: Int

    /// - Parameters:
    ///   - k: the number of neighbours sought.
    ///   - leavingOut: a point that is no neighbour, or -1.
    ///   - length: the length of the query.
    init(k: Int, leavingOut: Int, length: Float) {
        self.k = k
        leftOut = leavingOut
        self.length = length
        nextCompaction = 2 * k + 32
        kept.reserveCapacity(nextCompaction)
    }

    /// How far the score of a point no longer than `radius` can be from the true one.
    func error(_ precision: Float, _ radius: Float) -> Float {
        precision * (length + radius) * (length + radius)
    }

    /// Goes on with the points `first`, `first + 1`, …; `passing` is memory for at least `count + 1` indices.
    mutating func add(
        _ scores: UnsafePointer<Float>,
        count: Int,
        first: Int,
        error: Float,
        _ passing: inout [Int32]
    ) {
        let step = 128
        for start in stride(from: 0, to: count, by: step) {
            let width = min(step, count - start)
            let found = VectorMath.kernels.pointee.select_at_least(
                &passing,
                scores + start,
                Int64(width),
                threshold - error
            )
            for place in 0..<Int(found) {
                let offset = start + Int(passing[place])
                guard first + offset != leftOut else { continue }
                let score = scores[offset]
                kept.append(Candidate(best: score + error, worst: score - error, index: Int32(first + offset)))
            }
            if kept.count >= nextCompaction { compact() }
        }
    }

    /// The points that may be among the nearest, in ascending order.
    var remaining: [Int32] {
        var list = self
        list.compact()
        return list.kept.map(\.index)
    }

    private mutating func compact() {
        guard kept.count > k else { return }
        threshold = max(threshold, Self.largest(k, of: kept.map(\.worst)))
        let threshold = threshold
        kept.removeAll { $0.best < threshold }
        nextCompaction = kept.count + k + 32
    }

    /// The `k`-th largest value, by quickselect (Hoare 1961).
    private static func largest(_ k: Int, of values: [Float]) -> Float {
        var values = values
        return values.withUnsafeMutableBufferPointer { values in
            var (low, high) = (0, values.count - 1)
            while low < high {
                let pivot = values[(low + high) / 2]
                var (left, right) = (low, high)
                while left <= right {
                    while values[left] > pivot { left += 1 }
                    while values[right] < pivot { right -= 1 }
                    if left <= right {
                        values.swapAt(left, right)
                        left += 1
                        right -= 1
                    }
                }
                if k - 1 <= right { high = right } else if k - 1 >= left { low = left } else { break }
            }
            return values[k - 1]
        }
    }
}
