import Kernels

/// k-means++ starts (Arthur and Vassilvitskii 2007), greedy among a few draws.
struct Seeding {
    let data: Matrix
    let metric: Metric
    let lanes: Lanes

    private static let partRows = 1024

    /// At most `k` rows of the data, fewer where it has fewer distinct ones; it must have at least one.
    func seeds(k: Int, generator: inout SeededGenerator) -> Matrix {
        var chosen = [Int(generator.next() % UInt64(data.rows))]
        var nearest = candidates([chosen[0]], nearest: nil).columns
        let trials = 2 + (Int.bitWidth - k.leadingZeroBitCount) / 2
        while chosen.count < min(k, data.rows) {
            let sums = runningSums(nearest)
            guard let total = sums.last, total > 0 else { break }
            let draws = (0..<trials).map { _ in draw(sums, generator.nextUniform() * total) }
            let tried = candidates(draws, nearest: nearest)
            guard let best = tried.sums.indices.min(by: { tried.sums[$0] < tried.sums[$1] }) else { break }
            chosen.append(draws[best])
            nearest = Array(tried.columns[best * data.rows..<(best + 1) * data.rows])
        }
        return data.selecting(chosen)
    }

    /// For each candidate, the squared distance of each row to the nearest of the chosen and it, one candidate after
    /// another, and the sums of those.
    private func candidates(_ draws: [Int], nearest: [Double]?) -> (columns: [Double], sums: [Double]) {
        let (rows, columns, metric, data) = (data.rows, data.columns, metric, data)
        let parts = (rows + Self.partRows - 1) / Self.partRows
        var sums: [Double] = []
        let result = [Double].shared(rows * draws.count) { result in
            sums = [Double].shared(parts * draws.count) { sums in
                lanes.run(parts) { part in
                    data.withRows { vectors in
                        for (place, candidate) in draws.enumerated() {
                            var sum = 0.0
                            for row in part * Self.partRows..<min((part + 1) * Self.partRows, rows) {
                                let distance = metric.distance(
                                    vectors + row * columns,
                                    vectors + candidate * columns,
                                    count: columns
                                )
                                // The squared chord, up to a constant factor.
                                let square = metric == .cosine ? Double(distance) : Double(distance) * Double(distance)
                                let least = min(square, nearest?[row] ?? .infinity)
                                (result.base + place * rows + row).initialize(to: least)
                                sum += least
                            }
                            (sums.base + place * parts + part).initialize(to: sum)
                        }
                    }
                }
            }
        }
        let totals = draws.indices.map { place in sums[place * parts..<(place + 1) * parts].reduce(0, +) }
        return (result, totals)
    }

    private func runningSums(_ values: [Double]) -> [Double] {
        var sum = 0.0
        return values.map { value in
            sum += value
            return sum
        }
    }

    /// The first index whose running sum exceeds `position`.
    private func draw(_ sums: [Double], _ position: Double) -> Int {
        var low = 0
        var high = sums.count - 1
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > position { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
