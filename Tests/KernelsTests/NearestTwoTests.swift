import Kernels
import Testing

@Suite("The two nearest centroids")
struct NearestTwoTests {
    /// The definition, in double precision.
    static func byDefinition(_ query: ArraySlice<Float>, _ centroids: Matrix, _ metric: Metric) -> [(Int, Double)] {
        (0..<centroids.rows).map { k -> (Int, Double) in
            let pairs = zip(query, centroids[row: k]).map { (Double($0), Double($1)) }
            switch metric {
            case .cosine: return (k, max(0, 1 - pairs.reduce(0) { $0 + $1.0 * $1.1 }))
            case .euclidean: return (k, pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot())
            }
        }
        .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    @Test("The nearest alone is the first of the two", arguments: Metric.allCases, [(3, 2), (100, 24), (2100, 16)])
    func nearestAlone(metric: Metric, shape: (k: Int, d: Int)) {
        let unit = metric == .cosine
        var queries = Matrix.random(rows: 300, columns: shape.d, seed: 11, unit: unit)
        let index = CentroidIndex(
            centroids: Matrix.random(rows: shape.k, columns: shape.d, seed: 12, unit: unit),
            metric: metric
        )
        for column in 0..<shape.d { queries.storage[7 * shape.d + column] = .nan }
        let pairs = index.search(queries)
        var labels = [Int32](repeating: -1, count: 300)
        labels.withUnsafeMutableBufferPointer { labels in
            queries.storage.withUnsafeBufferPointer { queries in
                guard let labels = labels.baseAddress, let queries = queries.baseAddress else { return }
                index.nearest(queries, rows: 300, into: labels)
            }
        }
        for (row, pair) in pairs.enumerated() {
            // Only rounding may part them.
            let isTie = pair.secondDistance - pair.firstDistance < 1e-6
            #expect(labels[row] == max(0, pair.first) || (isTie && labels[row] == pair.second), "row \(row)")
        }
        #expect(labels[7] == 0)
    }

    @Test(
        "are those of the definition",
        arguments: Metric.allCases,
        [(1, 2), (2, 3), (5, 2), (3, 700), (100, 24), (129, 384), (2100, 16)]
    )
    func equalsDefinition(metric: Metric, shape: (k: Int, d: Int)) {
        let unit = metric == .cosine
        let queries = Matrix.random(rows: 140, columns: shape.d, seed: 11, unit: unit)
        let centroids = Matrix.random(rows: shape.k, columns: shape.d, seed: 12, unit: unit)
        let found = NearestTwo.search(queries: queries, centroids: centroids, metric: metric)
        #expect(found.count == 140)
        for row in [0, 1, 16, 127, 128, 139] {
            let expected = Self.byDefinition(queries[row: row], centroids, metric)
            #expect(abs(Double(found[row].firstDistance) - expected[0].1) < 1e-5)
            #expect(found[row].first >= 0 && found[row].first < shape.k && found[row].first != found[row].second)
            if shape.k > 1 {
                #expect(abs(Double(found[row].secondDistance) - expected[1].1) < 1e-5)
            } else {
                #expect(found[row].second == -1 && found[row].secondDistance == .infinity)
            }
        }
    }

    @Test("resolve ties to the lower index", arguments: Metric.allCases, [6, 40, 400])
    func ties(metric: Metric, k: Int) {
        let half = Matrix.random(rows: k / 2, columns: 64, seed: 13, unit: true)
        let centroids = Matrix(columns: 64, storage: half.storage + half.storage)
        let found = NearestTwo.search(queries: half, centroids: centroids, metric: metric)
        for (row, pair) in found.enumerated() {
            #expect(Int(pair.first) == row && Int(pair.second) == row + k / 2)
            #expect(pair.firstDistance == pair.secondDistance && pair.firstDistance < 1e-6)
        }
    }

    @Test("do not depend on the batch, to the bit", arguments: Metric.allCases, [3, 50, 1000])
    func batchIndependent(metric: Metric, k: Int) {
        let queries = Matrix.random(rows: 200, columns: 48, seed: 14, unit: metric == .cosine)
        let centroids = Matrix.random(rows: k, columns: 48, seed: 15, unit: metric == .cosine)
        let index = CentroidIndex(centroids: centroids, metric: metric)
        let whole = index.search(queries)
        for row in stride(from: 0, to: 200, by: 7) {
            let one = index.search(Matrix(columns: 48, storage: Array(queries[row: row])))
            #expect(one == [whole[row]])
        }
    }

    @Test("are found far from the origin, where a plain product would cancel")
    func farFromOrigin() {
        var centroids = Matrix.random(rows: 200, columns: 32, seed: 16)
        for index in centroids.storage.indices { centroids.storage[index] += 1000 }
        var queries = centroids
        for index in queries.storage.indices { queries.storage[index] += index % 2 == 0 ? 0.01 : -0.01 }
        let found = NearestTwo.search(queries: queries, centroids: centroids, metric: .euclidean)
        #expect(found.map(\.first) == (0..<200).map(Int32.init))
        #expect(found.allSatisfy { $0.firstDistance > 0.04 && $0.firstDistance < 0.07 })
    }

    @Test("are absent where there are no centroids")
    func noCentroids() {
        let found = NearestTwo.search(
            queries: Matrix.random(rows: 2, columns: 4, seed: 17),
            centroids: Matrix(rows: 0, columns: 4),
            metric: .cosine
        )
        #expect(found.count == 2 && found.allSatisfy { $0.first == -1 && $0.firstDistance == .infinity })
    }
}
