import Clustering
import Foundation
import Kernels
import TestSupport

/// Values computed by scikit-learn, SciPy and NumPy; see Tests/Fixtures/scripts/clustering_reference.py.
struct Reference: Decodable {
    struct Vectors: Decodable {
        var vectors: [[Float]]
        var unit: [[Float]]
        var labels: [Int]
        var whole: [Int]
        var silhouetteEuclidean: Double
        var silhouetteCosine: Double
        var daviesBouldin: Double
        var calinskiHarabasz: Double
        var centroids: [[Float]]
        var nearest: [Int]
        var inertia: Double
    }
    struct Labelling: Decodable {
        var name: String
        var truth: [Int]
        var found: [Int]
        var ari: Double
        var ami: Double
        var nmi: Double
        var v: Double
        var purity: Double
    }
    struct Detections: Decodable {
        var positive: [Bool]
        var scores: [Double]
        var flagged: [Bool]
        var auroc: Double
        var averagePrecision: Double
        var bestF1: Double
        var flagAllF1: Double
        var f1: Double
        var matthews: Double
    }
    struct Decay: Decodable {
        struct State: Decodable {
            var centres: [[Double]]
            var weights: [Double]
        }
        var halfLife: Double
        var start: [[Float]]
        var batches: [[[Float]]]
        var states: [State]
    }
    struct Assignment: Decodable {
        var rows: Int
        var columns: Int
        var values: [Double]
        var total: Double
    }
    struct Tail: Decodable {
        var excesses: [Double]
        var logLikelihood: Double
    }
    struct Terms: Decodable {
        var counts: [[String: Double]]
        var weights: [[String: Double]]
    }

    var vectors: Vectors
    var labellings: [Labelling]
    var detections: Detections
    var decay: Decay
    var assignments: [Assignment]
    var tails: [Tail]
    var terms: Terms

    static func load() throws -> Reference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = SharedData.fixture("clustering_reference.json")
        return try decoder.decode(Reference.self, from: Data(contentsOf: file))
    }
}

extension Matrix {
    /// A matrix of rows of equal length.
    init(_ rows: [[Float]]) {
        self.init(columns: rows.first?.count ?? 1, storage: rows.flatMap { $0 })
    }

    /// Rows `range` of this matrix.
    func slice(_ range: Range<Int>) -> Matrix {
        Matrix(columns: columns, storage: Array(storage[range.lowerBound * columns..<range.upperBound * columns]))
    }
}

/// Streams made by a seed.
struct SyntheticStream {
    var generator: SeededGenerator
    let centres: [[Float]]
    let spread: Float

    init(clusters: Int, dimension: Int, spread: Float, seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        self.spread = spread
        var made: [[Float]] = []
        for index in 0..<clusters {
            // Grid places, so that clusters lie at least 10 apart.
            made.append((0..<dimension).map { Float((index / Self.power(3, $0)) % 3) * 10 })
        }
        centres = made
    }

    /// A draw from the standard normal distribution (Box and Muller 1958).
    mutating func normal() -> Float {
        let radius = (-2 * Foundation.log(generator.nextUniform())).squareRoot()
        return Float(radius * cos(2 * .pi * generator.nextUniform()))
    }

    /// `count` records around centres drawn from `allowed` (all when nil), and the centre of each.
    mutating func records(_ count: Int, from allowed: [Int]? = nil) -> (vectors: Matrix, truth: [Int]) {
        let pool = allowed ?? Array(centres.indices)
        var storage: [Float] = []
        var truth: [Int] = []
        for _ in 0..<count {
            let label = pool[Int(generator.next() % UInt64(pool.count))]
            truth.append(label)
            for value in centres[label] { storage.append(value + spread * normal()) }
        }
        return (Matrix(columns: centres[0].count, storage: storage), truth)
    }

    /// Records spread evenly over a wide cube.
    mutating func noise(_ count: Int, width: Float) -> Matrix {
        let dimension = centres[0].count
        return Matrix(
            columns: dimension,
            storage: (0..<count * dimension).map { _ in Float(generator.nextUniform() - 0.5) * width }
        )
    }

    private static func power(_ base: Int, _ exponent: Int) -> Int {
        (0..<exponent).reduce(1) { result, _ in result * base }
    }
}
