package import Kernels

/// Lloyd's algorithm with k-means++ starts; spherical (unit-length centroids, cosine distance) under the cosine metric.
///
/// Lloyd 1982; Arthur and Vassilvitskii 2007 ("k-means++", with the greedy choice among a few draws that the paper
/// recommends); Dhillon and Modha 2001 for the sphere. An empty cluster starts anew at the record that is farthest from
/// its centroid.
package struct KMeans {
    /// What a run found.
    package struct Result: Sendable {
        /// The centroids, `k × d`.
        package var centroids: Matrix
        /// The row of the nearest centroid of each record.
        package var labels: [Int]
        /// The sum of squared distances (Euclidean metric) or of cosine distances (cosine metric).
        package var inertia: Double
        /// The rounds that were made.
        package var rounds: Int
    }

    package let data: Matrix
    package let metric: Metric
    /// The most rounds.
    package var iterations = 25
    /// A run ends when the inertia falls by less than this share in a round.
    package var tolerance = 1e-4

    package init(data: Matrix, metric: Metric) {
        self.data = data
        self.metric = metric
    }

    /// The best of `starts` runs from k-means++ starts. Fewer than `k` centroids come back where the data has fewer
    /// distinct vectors. `k` must be at least 1 and the data not empty.
    package func run(k: Int, starts: Int, generator: inout SeededGenerator) -> Result {
        var best: Result?
        for _ in 0..<max(1, starts) {
            let result = run(from: seeds(k: k, generator: &generator))
            if result.inertia < best?.inertia ?? .infinity { best = result }
        }
        return best ?? run(from: data.selecting([0]))
    }

    /// Lloyd's rounds from given centroids.
    package func run(from start: Matrix) -> Result {
        var centroids = start
        var pairs = NearestTwo.search(queries: data, centroids: centroids, metric: metric)
        var inertia = Self.inertia(pairs, metric)
        var rounds = 0
        while rounds < iterations, centroids.rows > 1 {
            rounds += 1
            centroids = update(centroids, pairs)
            pairs = NearestTwo.search(queries: data, centroids: centroids, metric: metric)
            let next = Self.inertia(pairs, metric)
            let isSettled = inertia - next <= tolerance * inertia
            inertia = next
            if isSettled { break }
        }
        if centroids.rows == 1, rounds == 0 {
            centroids = update(centroids, pairs)
            pairs = NearestTwo.search(queries: data, centroids: centroids, metric: metric)
            inertia = Self.inertia(pairs, metric)
        }
        return Result(centroids: centroids, labels: pairs.map { Int($0.first) }, inertia: inertia, rounds: rounds)
    }

    private static func inertia(_ pairs: [NearestPair], _ metric: Metric) -> Double {
        pairs.reduce(0) { $0 + weight($1.firstDistance, metric) }
    }

    /// The squared chord between two points, up to a constant factor: what k-means minimises.
    private static func weight(_ distance: Float, _ metric: Metric) -> Double {
        metric == .cosine ? Double(distance) : Double(distance) * Double(distance)
    }

    /// The means of the members; empty clusters move to the records farthest from their centroids.
    private func update(_ centroids: Matrix, _ pairs: [NearestPair]) -> Matrix {
        let columns = data.columns
        var sums = [Double](repeating: 0, count: centroids.rows * columns)
        var counts = [Int](repeating: 0, count: centroids.rows)
        data.storage.withUnsafeBufferPointer { data in
            sums.withUnsafeMutableBufferPointer { sums in
                for (row, pair) in pairs.enumerated() {
                    let target = Int(pair.first) * columns
                    for column in 0..<columns { sums[target + column] += Double(data[row * columns + column]) }
                }
            }
        }
        for pair in pairs { counts[Int(pair.first)] += 1 }
        var result = centroids
        var farthest: [Int]?
        for row in 0..<centroids.rows {
            if counts[row] > 0 {
                for column in 0..<columns {
                    result.storage[row * columns + column] = Float(sums[row * columns + column] / Double(counts[row]))
                }
            } else {
                var order = farthest ?? pairs.indices.sorted { pairs[$0].firstDistance < pairs[$1].firstDistance }
                if let record = order.popLast() { result.replace(row: row, with: data[row: record]) }
                farthest = order
            }
            if metric == .cosine { result.normalise(row: row) }
        }
        return result
    }

    /// k-means++: each next start is drawn with a chance in proportion to its squared distance from the nearest so far;
    /// of a few draws the one that lowers the sum most is taken.
    package func seeds(k: Int, generator: inout SeededGenerator) -> Matrix {
        var chosen = [Int(generator.next() % UInt64(data.rows))]
        var nearest = distances(to: chosen[0])
        let trials = 2 + (Int.bitWidth - k.leadingZeroBitCount) / 2
        while chosen.count < min(k, data.rows) {
            let sums = runningSums(nearest)
            guard let total = sums.last, total > 0 else { break }
            var best: (record: Int, nearest: [Double], sum: Double)?
            for _ in 0..<trials {
                let record = draw(sums, generator.nextUniform() * total)
                let to = distances(to: record)
                var candidate = nearest
                var sum = 0.0
                for index in candidate.indices {
                    if to[index] < candidate[index] { candidate[index] = to[index] }
                    sum += candidate[index]
                }
                if sum < best?.sum ?? .infinity { best = (record, candidate, sum) }
            }
            guard let best else { break }
            chosen.append(best.record)
            nearest = best.nearest
        }
        return data.selecting(chosen)
    }

    private func distances(to record: Int) -> [Double] {
        let columns = data.columns
        return data.storage.withUnsafeBufferPointer { storage in
            guard let base = storage.baseAddress else { return [] }
            return (0..<data.rows).map { row in
                Self.weight(
                    metric.distance(base + row * columns, base + record * columns, count: columns),
                    metric
                )
            }
        }
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
