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
    private var kept: [Candidate] = []
    /// At least `k` points have a true score not below this.
    private var threshold = -Float.infinity
    private var nextCompaction: Int

    /// - Parameters:
    ///   - k: the number of neighbours sought.
    ///   - leavingOut: a point that is no neighbour, or -1.
    init(k: Int, leavingOut: Int) {
        self.k = k
        leftOut = leavingOut
        nextCompaction = 2 * k + 32
        kept.reserveCapacity(nextCompaction)
    }

    /// Goes on with a block of points.
    mutating func add(_ block: BlockScores) {
        let step = 128
        for start in stride(from: 0, to: block.count, by: step) {
            let range = start..<min(start + step, block.count)
            let passing = block.passing(threshold - block.error, range)
            for place in 0..<passing.count {
                let offset = start + Int(passing[place])
                guard block.first + offset != leftOut else { continue }
                let (score, index) = (block.scores[offset], Int32(block.first + offset))
                kept.append(Candidate(best: score + block.error, worst: score - block.error, index: index))
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
