import Testing

@testable import Kernels

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

    @Test(
        "The nearest alone is the first of the two",
        arguments: Metric.allCases,
        [(3, 2), (100, 24), (2100, 16), (300, 384)]
    )
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
            #expect(labels[row] == max(0, pair.first), "row \(row)")
        }
        #expect(pairs[7].first == -1 && labels[7] == 0)
    }

    @Test(
        "are the same to the bit whatever the precision of the screening, where many are all but equally near",
        arguments: Metric.allCases,
        [Float(1), 1e-2, 1e-4, 1e-7, 0]
    )
    func precision(metric: Metric, spread: Float) {
        // Centroids about one direction, closer together than bfloat16 tells apart, and queries among them.
        let centre = Matrix.random(rows: 1, columns: 384, seed: 18, unit: true).storage
        func around(_ rows: Int, seed: UInt64) -> Matrix {
            var matrix = Matrix.random(rows: rows, columns: 384, seed: seed, unit: true)
            for place in matrix.storage.indices {
                matrix.storage[place] = centre[place % 384] + spread * matrix.storage[place]
            }
            VectorMath.normaliseRows(&matrix)
            return matrix
        }
        let (centroids, queries) = (around(2_100, seed: 19), around(150, seed: 20))
        let narrow = CentroidIndex(centroids: centroids, metric: metric).search(queries)
        let wide = CentroidIndex(centroids: centroids, metric: metric, allowsNarrow: false).search(queries)
        #expect(narrow == wide)
        for row in 0..<queries.rows {
            let distances = (0..<centroids.rows).map {
                metric.distance(Array(queries[row: row]), Array(centroids[row: $0]))
            }
            let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
            #expect(Int(narrow[row].first) == order[0] && Int(narrow[row].second) == order[1])
        }
    }

    @Test("are screened to a few of many, far from the origin and among duplicates")
    func candidates() {
        var centroids = Matrix.random(rows: 1_000, columns: 128, seed: 21)
        for index in centroids.storage.indices { centroids.storage[index] += 100 }
        let screen = CentroidScreen(centroids, metric: .euclidean, allowsNarrow: true)
        var found = 0
        centroids.storage.withUnsafeBufferPointer { queries in
            guard let queries = queries.baseAddress else { return }
            screen.run(queries, rows: 1_000, wanted: 2) { row, centroid in found += 1 }
        }
        #expect(found >= 2_000 && found < 20_000)
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
