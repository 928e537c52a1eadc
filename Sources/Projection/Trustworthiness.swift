public import Kernels

/// How far the neighbours that a layout shows are neighbours of the vectors too.
public enum Trustworthiness {
    /// The trustworthiness of a layout, 0 to 1 (Venna and Kaski 2001, equation 1): 1 where each vector's nearest in the
    /// layout are among its nearest; a random layout has about one half.
    ///
    /// Equal distances go by the order of the rows. The cost is quadratic: give a sample where there are many.
    ///
    /// - Parameters:
    ///   - layout: `n × e`, row i belonging to vector i; its own distances are Euclidean.
    ///   - vectors: `n × d`, finite; unit length under the cosine metric.
    ///   - neighbours: how many of a vector's neighbours in the layout are judged, at least 1 and less than `n / 2`.
    ///   - metric: how far apart two vectors are.
    ///   - lanes: what runs independent parts side by side.
    /// - Throws: ``ProjectionError/unsuitable(_:)`` where the rows differ in number or `neighbours` does not fit them.
    public static func measure(
        _ layout: Matrix,
        of vectors: Matrix,
        neighbours: Int = 5,
        metric: Metric = .euclidean,
        lanes: Lanes = .serial
    ) throws(ProjectionError) -> Double {
        let count = vectors.rows
        guard layout.rows == count else {
            throw .unsuitable("a layout of \(layout.rows) rows for \(count) vectors: give one row to each vector")
        }
        guard neighbours >= 1, 2 * neighbours < count else {
            throw .unsuitable(
                "the trustworthiness of \(count) vectors by \(neighbours) neighbours: "
                    + "neighbours must be at least 1 and less than half of the vectors"
            )
        }
        var excesses = [Int](repeating: 0, count: count)
        excesses.withShared { excesses in
            lanes.run(over: count, by: 64) { rows in
                for row in rows {
                    excesses[row] = excess(row, layout, vectors, neighbours, metric)
                }
            }
        }
        let (n, k) = (Double(count), Double(neighbours))
        return 1 - Double(excesses.reduce(0, +)) * 2 / (n * k * (2 * n - 3 * k - 1))
    }

    /// By how much the ranks of a row's neighbours in the layout exceed the number of neighbours, in all.
    private static func excess(_ row: Int, _ layout: Matrix, _ vectors: Matrix, _ neighbours: Int, _ metric: Metric)
        -> Int
    {
        let shown = distances(from: row, in: layout, .euclidean)
        let actual = distances(from: row, in: vectors, metric)
        var nearest: [Int] = []
        for other in shown.indices where other != row {
            if nearest.count == neighbours, shown[nearest[neighbours - 1]] <= shown[other] { continue }
            let place = nearest.firstIndex { shown[$0] > shown[other] } ?? nearest.count
            nearest.insert(other, at: place)
            if nearest.count > neighbours { nearest.removeLast() }
        }
        return nearest.reduce(0) { sum, neighbour in
            let own = actual[neighbour]
            var rank = 1
            for other in actual.indices where other != row {
                if actual[other] < own || (actual[other] == own && other < neighbour) { rank += 1 }
            }
            return sum + max(0, rank - neighbours)
        }
    }

    /// Squared Euclidean or cosine distances of a row to all, in double precision: ranks must not depend on rounding.
    private static func distances(from row: Int, in matrix: Matrix, _ metric: Metric) -> [Double] {
        let columns = matrix.columns
        return matrix.storage.withUnsafeBufferPointer { storage in
            (0..<matrix.rows).map { other in
                var sum = 0.0
                switch metric {
                case .euclidean:
                    for column in 0..<columns {
                        let difference =
                            Double(storage[row * columns + column]) - Double(storage[other * columns + column])
                        sum += difference * difference
                    }
                    return sum
                case .cosine:
                    for column in 0..<columns {
                        sum += Double(storage[row * columns + column]) * Double(storage[other * columns + column])
                    }
                    return 1 - sum
                }
            }
        }
    }
}
