package import Kernels

/// Mutual distances of a few records, kept so that many labellings of them can be judged.
package struct SilhouetteJudge: Sendable {
    /// The number of records, `n`.
    let count: Int
    /// The metric of the distances.
    let metric: Metric
    /// The `n × n` mutual distances.
    let distances: Matrix

    /// The rows that are filled in together from below the diagonal: they are found side by side there.
    private static let mirrored = 16

    /// - Parameter vectors: `n × d`; `n²` distances are kept.
    package init(vectors: Matrix, metric: Metric, lanes: Lanes = .serial) {
        let rows = vectors.rows
        count = rows
        self.metric = metric
        let columns = vectors.columns
        let distances = [Float].shared(rows * rows) { distances in
            lanes.run(rows) { row in
                vectors.withRows { base in
                    let target = distances.base + row * rows
                    for other in 0..<row {
                        (target + other).initialize(
                            to: metric.distance(base + row * columns, base + other * columns, count: columns)
                        )
                    }
                    (target + row).initialize(to: 0)
                }
            }
            // A distance is the same either way, to the bit: it is found once.
            lanes.run((rows + Self.mirrored - 1) / Self.mirrored) { part in
                let own = part * Self.mirrored..<min((part + 1) * Self.mirrored, rows)
                for other in own.lowerBound..<rows {
                    for row in own.lowerBound..<min(own.upperBound, other) {
                        (distances.base + row * rows + other).initialize(to: distances.base[other * rows + row])
                    }
                }
            }
        }
        self.distances = Matrix(columns: max(1, count), storage: distances)
    }

    /// The mean silhouette of a labelling; -1 with fewer than two groups.
    ///
    /// The distances summed by group are a matrix product with the groups' membership, `n × n` times `n × k`.
    package func silhouette(_ labels: [Int]) -> Double {
        let groups = Grouping(labels)
        guard groups.count >= 2, groups.count < count else { return -1 }
        var membership = Matrix(rows: groups.count, columns: count)
        for (record, group) in groups.index.enumerated() { membership.storage[group * count + record] = 1 }
        let sums = Gemm.multiply(distances, transposed: membership)
        var total = 0.0
        for record in 0..<count {
            total += Quality.silhouette(
                own: groups.index[record],
                sums: sums[row: record].map(Double.init),
                sizes: groups.sizes
            )
        }
        return total / Double(count)
    }

    /// The mutual distances once per pair, as a tree needs them: chords for Ward's under the cosine metric.
    func triangle(for rule: Linkage.Rule) -> DistanceTriangle {
        let triangle = DistanceTriangle(count: count)
        let isChord = rule == .ward && metric == .cosine
        var place = 0
        distances.withRows { distances in
            for row in 0..<count {
                for other in 0..<row {
                    let distance = Double(distances[row * count + other])
                    triangle.storage[place] = isChord ? (2 * distance).squareRoot() : distance
                    place += 1
                }
            }
        }
        return triangle
    }
}
