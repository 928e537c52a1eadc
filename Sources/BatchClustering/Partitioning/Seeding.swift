import Kernels

/// k-means++ starts (Arthur and Vassilvitskii 2007), greedy among a few draws.
///
/// A draw that lies at least twice as far from the seed that a row is nearest to as the row itself does cannot be nearer to
/// the row (Elkan 2003, "Using the triangle inequality to accelerate k-means"): once there are some seeds, most distances
/// need not be found.
struct Seeding {
    let data: Matrix
    let metric: Metric
    let lanes: Lanes
    /// The distances of all rows from each other, `n × n`, nought on the diagonal; nil where they are not known.
    var mutual: Matrix?

    /// The rows of which the distances are summed up by themselves.
    private static let partRows = 1024
    /// Below this many rows a round is over before another thread has begun.
    private static let leastShared = 4096

    /// At most `k` rows of the data, fewer where it has fewer distinct ones; it must have at least one.
    func seeds(k: Int, generator: inout SeededGenerator) -> Matrix {
        var chosen = [Int(generator.next() % UInt64(data.rows))]
        var known = Known(rows: data.rows)
        var tried = tried([Draw(row: chosen[0], seeds: [])], known)
        take(0, of: &tried, seed: 0, into: &known)
        let trials = 2 + (Int.bitWidth - k.leadingZeroBitCount) / 2
        while chosen.count < min(k, data.rows) {
            let sums = runningSums(known.nearest)
            guard let total = sums.last, total > 0 else { break }
            let draws = (0..<trials).map { _ in draw(sums, generator.nextUniform() * total) }
            // Where all distances are known, none is to be spared.
            tried = self.tried(
                draws.map { Draw(row: $0, seeds: mutual == nil ? distances(from: $0, to: chosen) : []) },
                known
            )
            guard let best = tried.sums.indices.min(by: { tried.sums[$0] < tried.sums[$1] }) else { break }
            take(best, of: &tried, seed: chosen.count, into: &known)
            chosen.append(draws[best])
        }
        return data.selecting(chosen)
    }

    /// What is known of each row.
    private struct Known {
        /// Its squared distance to the nearest seed, up to a constant factor.
        var nearest: [Double]
        /// Which seed that is.
        var seeds: [Int32]
        /// A draw that is at least that far from that seed, in a straight line, is no nearer to the row.
        var reach: [Float]

        init(rows: Int) {
            nearest = Array(repeating: .infinity, count: rows)
            seeds = Array(repeating: -1, count: rows)
            reach = Array(repeating: .infinity, count: rows)
        }
    }

    /// A row that may become a seed.
    private struct Draw {
        var row: Int
        /// How far from each seed it is at least, in a straight line.
        var seeds: [Float]
    }

    /// What would be if each of the draws were a seed.
    private struct Tried {
        /// The squared distance of each row to the nearest seed, one draw after another.
        var columns: [Double]
        /// The sum of those, of each draw.
        var sums: [Double]
    }

    private func tried(_ draws: [Draw], _ known: Known) -> Tried {
        if let mutual { return tried(draws, known, mutual) }
        let (rows, columns, metric, data) = (data.rows, data.columns, metric, data)
        let parts = (rows + Self.partRows - 1) / Self.partRows
        let lanes = rows < Self.leastShared ? .serial : lanes
        var sums: [Double] = []
        let result = [Double].shared(rows * draws.count) { result in
            sums = [Double].shared(parts * draws.count) { sums in
                lanes.run(parts) { part in
                    data.withRows { vectors in
                        for (place, draw) in draws.enumerated() {
                            let vector = vectors + draw.row * columns
                            let target = result.base + place * rows
                            var sum = 0.0
                            for row in part * Self.partRows..<min((part + 1) * Self.partRows, rows) {
                                var least = known.nearest[row]
                                let seed = Int(known.seeds[row])
                                if seed < 0 || draw.seeds[seed] < known.reach[row] {
                                    let distance = metric.distance(vectors + row * columns, vector, count: columns)
                                    least = min(Self.square(distance, metric), least)
                                }
                                (target + row).initialize(to: least)
                                sum += least
                            }
                            (sums.base + place * parts + part).initialize(to: sum)
                        }
                    }
                }
            }
        }
        let totals = draws.indices.map { place in sums[place * parts..<(place + 1) * parts].reduce(0, +) }
        return Tried(columns: result, sums: totals)
    }

    /// The same, where the distances are known.
    private func tried(_ draws: [Draw], _ known: Known, _ mutual: Matrix) -> Tried {
        let rows = data.rows
        var sums = [Double](repeating: 0, count: draws.count)
        let columns = [Double](unsafeUninitializedCapacity: rows * draws.count) { columns, count in
            mutual.withRows { mutual in
                for (place, draw) in draws.enumerated() {
                    // Of a vector from itself a distance is not quite nought.
                    let vector = Array(data[row: draw.row])
                    let own = metric.distance(vector, vector)
                    // Summed up in the same parts as without them.
                    for part in stride(from: 0, to: rows, by: Self.partRows) {
                        var sum = 0.0
                        for row in part..<min(part + Self.partRows, rows) {
                            let distance = row == draw.row ? own : mutual[draw.row * rows + row]
                            let least = min(Self.square(distance, metric), known.nearest[row])
                            columns[place * rows + row] = least
                            sum += least
                        }
                        sums[place] += sum
                    }
                }
            }
            count = rows * draws.count
        }
        return Tried(columns: columns, sums: sums)
    }

    /// Up to a constant factor: under the cosine metric a distance is half a squared chord.
    private static func square(_ distance: Float, _ metric: Metric) -> Double {
        metric == .cosine ? Double(distance) : Double(distance) * Double(distance)
    }

    /// A draw becomes the seed with that number.
    private func take(_ place: Int, of tried: inout Tried, seed: Int, into known: inout Known) {
        for row in known.nearest.indices {
            let least = tried.columns[place * data.rows + row]
            guard least < known.nearest[row] else { continue }
            known.nearest[row] = least
            known.seeds[row] = Int32(seed)
            let distance = metric == .cosine ? Float(least) : Float(least.squareRoot())
            known.reach[row] = 2 * LloydStep.upperBound(distance, metric) * (1 + LloydStep.margin)
        }
    }

    /// How far a row is from each of the seeds, at least, in a straight line.
    private func distances(from row: Int, to seeds: [Int]) -> [Float] {
        let (columns, metric) = (data.columns, metric)
        var distances = [Float](repeating: 0, count: seeds.count)
        data.withRows { vectors in
            for (place, seed) in seeds.enumerated() {
                let distance = metric.distance(vectors + row * columns, vectors + seed * columns, count: columns)
                distances[place] = LloydStep.lowerBound(distance, metric)
            }
        }
        return distances
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
