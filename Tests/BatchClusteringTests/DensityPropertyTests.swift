import Kernels
import TestSupport
import Testing

@testable import BatchClustering

@Suite("Density: what holds for any vectors")
struct DensityPropertyTests {
    static let backwards = Lanes(count: 3) { parts, body in
        for part in (0..<parts).reversed() { body(part) }
    }

    static func blobs(_ count: Int, columns: Int, seed: UInt64) -> (vectors: Matrix, truth: [Int]) {
        var stream = SyntheticStream(clusters: 5, dimension: columns, spread: columns > 10 ? 0.6 : 1, seed: seed)
        return stream.records(count)
    }

    static func hdbscan(_ change: (inout HDBSCANReclusterer) -> Void) -> HDBSCANReclusterer {
        var reclusterer = HDBSCANReclusterer()
        change(&reclusterer)
        return reclusterer
    }

    @Test("Separated groups are found, and epsilon with them", arguments: [2, 8, 40])
    func separated(columns: Int) throws {
        let (vectors, truth) = Self.blobs(1000, columns: columns, seed: 3)
        for reclusterer in [Self.hdbscan { $0.minimumClusterSize = 20 }, DBSCANReclusterer()] as [any Reclusterer] {
            let found = try reclusterer.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
            #expect(found.count == 5)
            #expect(Quality.adjustedRandIndex(truth, found.labels.map(Int.init)) > 0.9)
            #expect(!found.reasons.isEmpty)
            #expect(Set(found.labels).subtracting([-1]) == Set(0..<5))
            #expect(zip(found.labels, found.strengths).allSatisfy { $0 < 0 ? $1 == 0 : $1 > 0 && $1 <= 1 })
        }
    }

    @Test("The lanes change nothing", arguments: [3, 24])
    func lanes(columns: Int) throws {
        let (vectors, _) = Self.blobs(2600, columns: columns, seed: 8)
        for reclusterer in [HDBSCANReclusterer(), DBSCANReclusterer()] as [any Reclusterer] {
            let one = try reclusterer.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
            #expect(try reclusterer.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: Self.backwards) == one)
        }
    }

    @Test("The order of the rows changes no more than a few on the borders", arguments: [2, 20])
    func order(columns: Int) throws {
        let (vectors, _) = Self.blobs(900, columns: columns, seed: 5)
        var generator = SeededGenerator(seed: 2)
        let shuffled = Array(0..<900).shuffled(using: &generator)
        for reclusterer in [Self.hdbscan { $0.minimumClusterSize = 15 }, DBSCANReclusterer()] as [any Reclusterer] {
            let one = try reclusterer.grouping(of: vectors, metric: .euclidean, seed: 1, lanes: .serial)
            let other = try reclusterer.grouping(
                of: vectors.selecting(shuffled),
                metric: .euclidean,
                seed: 1,
                lanes: .serial
            )
            #expect(one.count == other.count)
            let expected = shuffled.map { Int(one.labels[$0]) }
            #expect(Quality.adjustedRandIndex(expected, other.labels.map(Int.init)) > 0.99)
        }
    }

    @Test("Under the cosine, the radius is a cosine distance")
    func cosine() throws {
        for (columns, radius) in [(3, 0.02), (30, 0.15)] {
            var (vectors, _) = Self.blobs(500, columns: columns, seed: 9)
            VectorMath.normaliseRows(&vectors)
            var cosine = DBSCANReclusterer()
            var euclidean = cosine
            cosine.epsilon = radius
            euclidean.epsilon = (2 * radius).squareRoot()
            let one = try cosine.grouping(of: vectors, metric: .cosine, seed: 0, lanes: .serial)
            #expect(
                one.labels == (try euclidean.grouping(of: vectors, metric: .euclidean, seed: 0, lanes: .serial)).labels
            )
            #expect(one.count > 1)
        }
    }

    @Test("Few, equal or no vectors", arguments: [0, 1, 2, 30])
    func degenerate(rows: Int) throws {
        let vectors = Matrix(rows: rows, columns: 3, repeating: 0.5)
        let dense = try DBSCANReclusterer().grouping(of: vectors, metric: .euclidean, seed: 0, lanes: .serial)
        #expect(dense.labels == Array(repeating: rows >= 5 ? 0 : -1, count: rows))
        let predictor = try HDBSCANReclusterer().predictor(for: vectors, metric: .euclidean, lanes: .serial)
        #expect(predictor.partition.labels == Array(repeating: -1, count: rows))
        #expect(try predictor.predict(Matrix([[1, 2, 3]]), lanes: .serial).labels == [-1])
        let single = Self.hdbscan { $0.allowsSingleCluster = true }
        let one = try single.grouping(of: vectors, metric: .euclidean, seed: 0, lanes: .serial)
        #expect(one.count == (rows >= 5 ? 1 : 0))
    }

    @Test("New vectors join the group that they lie in, or none", arguments: [2, 24])
    func prediction(columns: Int) throws {
        let (all, truth) = Self.blobs(1500, columns: columns, seed: 6)
        let known = all.selecting(Array(0..<1000))
        let predictor = try Self.hdbscan { $0.minimumClusterSize = 20 }
            .predictor(for: known, metric: .euclidean, lanes: .serial)
        let found = try predictor.predict(all.selecting(Array(1000..<1500)), lanes: .serial)
        var groups: [Int32: Int] = [:]
        for (label, truth) in zip(predictor.partition.labels, truth) where label >= 0 { groups[label] = truth }
        let right = zip(found.labels, truth[1000...]).filter { groups[$0] == $1 }.count
        #expect(right > 450)
        let far = try predictor.predict(Matrix(rows: 1, columns: columns, repeating: 1e4), lanes: .serial)
        #expect(far.labels == [-1] && far.strengths == [0])
    }

    @Test("With a selection epsilon, no new vector gets a label that no old one has")
    func labelsOfTraining() throws {
        let (vectors, _) = Self.blobs(800, columns: 2, seed: 4)
        for epsilon in [0, 0.3, 1, 5] {
            let predictor = try Self.hdbscan { $0.selectionEpsilon = epsilon }
                .predictor(for: vectors, metric: .euclidean, lanes: .serial)
            var moved = vectors
            for index in moved.storage.indices { moved.storage[index] += 0.05 }
            let found = try predictor.predict(moved, lanes: .serial)
            #expect(Set(found.labels).isSubset(of: Set(predictor.partition.labels).union([-1])))
            #expect(found.labels.filter { $0 >= 0 }.count > 400)
        }
    }

    @Test("Numbers near the largest float are grouped like small ones", arguments: [2, 9, 24])
    func hugeNumbers(columns: Int) throws {
        let (vectors, _) = Self.blobs(700, columns: columns, seed: 6)
        var huge = vectors
        for index in huge.storage.indices { huge.storage[index] *= 0x1p100 }
        let small = try HDBSCANReclusterer().predictor(for: vectors, metric: .euclidean, lanes: .serial)
        let large = try HDBSCANReclusterer().predictor(for: huge, metric: .euclidean, lanes: .serial)
        #expect(small.partition.labels == large.partition.labels)
        let far = try small.predict(Matrix(rows: 1, columns: columns, repeating: 1e30), lanes: .serial)
        #expect(far.labels == [-1])
    }

    @Test("The knee of a curve that is flat and then steep is where it turns")
    func knee() {
        let curve = (0..<80).map { 1 + Double($0) * 0.001 } + (1...20).map { 1.08 + Double($0) }
        #expect(abs(DistanceCurve.knee(curve) - 1.08) < 0.01)
        #expect(DistanceCurve.knee([]) == 0 && DistanceCurve.knee([3, 3]) == 3)
    }

    @Test("Settings and vectors that do not fit are refused with a sentence")
    func refusals() {
        let vectors = Matrix([[0, 1], [2, 3]])
        var dbscan = DBSCANReclusterer()
        dbscan.epsilon = 0
        #expect(throws: GroupingError.unsuitable("the epsilon of dbscan is 0.0; it must be greater than 0")) {
            try dbscan.grouping(of: vectors, metric: .euclidean, seed: 0, lanes: .serial)
        }
        let wrong: [(inout HDBSCANReclusterer) -> Void] = [
            { $0.minimumClusterSize = 1 }, { $0.minimumNeighbours = 0 }, { $0.selectionEpsilon = -1 },
            { $0.maximumClusterSize = 2 },
        ]
        for change in wrong {
            #expect(throws: GroupingError.self) {
                try Self.hdbscan(change).grouping(of: vectors, metric: .euclidean, seed: 0, lanes: .serial)
            }
        }
        let expected = GroupingError.unsuitable("column 1 of vector 0 is inf; vectors must be finite")
        #expect(throws: expected) {
            try HDBSCANReclusterer()
                .grouping(of: Matrix([[0, .infinity]]), metric: .euclidean, seed: 0, lanes: .serial)
        }
    }
}
