import Kernels
import TestSupport
import Testing

@testable import BatchClustering

@Suite("k-means++ starts")
struct SeedingTests {
    /// As the paper says: every distance is found.
    private func plainSeeds(_ data: Matrix, _ metric: Metric, k: Int, generator: inout SeededGenerator) -> Matrix {
        func square(_ a: Int, _ b: Int) -> Double {
            let distance = Double(metric.distance(Array(data[row: a]), Array(data[row: b])))
            return metric == .cosine ? distance : distance * distance
        }
        var chosen = [Int(generator.next() % UInt64(data.rows))]
        var nearest = (0..<data.rows).map { square($0, chosen[0]) }
        let trials = 2 + (Int.bitWidth - k.leadingZeroBitCount) / 2
        while chosen.count < min(k, data.rows) {
            var total = 0.0
            let sums = nearest.map { value in
                total += value
                return total
            }
            guard total > 0 else { break }
            var best: (row: Int, nearest: [Double], sum: Double)?
            for _ in 0..<trials {
                let position = generator.nextUniform() * total
                let row = sums.firstIndex { $0 > position } ?? data.rows - 1
                let tried = (0..<data.rows).map { min(square($0, row), nearest[$0]) }
                let sum = tried.reduce(0, +)
                if sum < best?.sum ?? .infinity { best = (row, tried, sum) }
            }
            guard let best else { break }
            chosen.append(best.row)
            nearest = best.nearest
        }
        return data.selecting(chosen)
    }

    /// Groups of very different width, among them copies and all but copies.
    private func groups(_ metric: Metric, seed: UInt64) -> Matrix {
        var generator = SeededGenerator(seed: seed)
        let centres = (0..<30).map { _ in (0..<24).map { _ in Float(generator.nextUniform() * 2 - 1) } }
        var data = Matrix(rows: 0, columns: 24)
        for _ in 0..<900 {
            let group = Int(generator.next() % 30)
            let width: Float = [0, 1e-7, 1e-3, 0.1, 0.6][group % 5]
            data.append(row: centres[group].map { $0 + width * Float(generator.nextUniform() * 2 - 1) })
        }
        if metric == .cosine { VectorMath.normaliseRows(&data) }
        return data
    }

    @Test(
        "are those of the plain rule, whatever distances are spared",
        arguments: Metric.allCases,
        [1, 2, 3] as [UInt64]
    )
    func plain(metric: Metric, seed: UInt64) {
        let data = groups(metric, seed: seed)
        for k in [1, 2, 7, 40, 200] {
            var (own, reference) = (SeededGenerator(seed: seed), SeededGenerator(seed: seed))
            let seeds = KMeans(data: data, metric: metric).seeds(k: k, generator: &own)
            #expect(seeds == plainSeeds(data, metric, k: k, generator: &reference))
            #expect(own.next() == reference.next())
        }
    }

    @Test("are the same where all distances are known", arguments: Metric.allCases, [1, 2, 3] as [UInt64])
    func known(metric: Metric, seed: UInt64) {
        let data = groups(metric, seed: seed)
        let judge = SilhouetteJudge(vectors: data, metric: metric, lanes: .mixed)
        for row in stride(from: 0, to: data.rows, by: 7) {
            for other in 0..<data.rows {
                let distance = row == other ? 0 : metric.distance(Array(data[row: row]), Array(data[row: other]))
                #expect(judge.distances.storage[row * data.rows + other] == distance)
            }
        }
        let kmeans = KMeans(data: data, metric: metric)
        for k in [1, 2, 7, 40, 200] {
            var (own, reference) = (SeededGenerator(seed: seed), SeededGenerator(seed: seed))
            let seeds = kmeans.seeds(k: k, mutual: judge.distances, generator: &own)
            #expect(seeds == kmeans.seeds(k: k, generator: &reference))
            #expect(own.next() == reference.next())
        }
    }

    @Test("are fewer where there are fewer different vectors")
    func copies() {
        var generator = SeededGenerator(seed: 1)
        let data = Matrix((0..<60).map { [Float($0 % 4), 1] })
        #expect(KMeans(data: data, metric: .euclidean).seeds(k: 9, generator: &generator).rows == 4)
    }

    @Test("Trials of the number of clusters are the same whatever the lanes", arguments: Metric.allCases)
    func lanes(metric: Metric) {
        let data = groups(metric, seed: 4)
        func trials(_ lanes: Lanes) -> [ClusterCountJudge.Trial] {
            var generator = SeededGenerator(seed: 9)
            return ClusterCountJudge(vectors: data, metric: metric, lanes: lanes)
                .trials(maximum: 60, generator: &generator)
        }
        let (one, two) = (trials(.serial), trials(.mixed))
        #expect(one.map(\.centroids) == two.map(\.centroids))
        #expect(one.map(\.value) == two.map(\.value))
        #expect(one.count > 60)
    }
}
