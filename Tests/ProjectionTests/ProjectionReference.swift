import Foundation
import Kernels
import TestSupport
import Testing

/// Values computed by scikit-learn and umap-learn; see Tests/Fixtures/scripts/projection_reference.py.
struct ProjectionReference: Decodable {
    struct Measured: Decodable {
        var neighbours: Int
        var value: Double
    }
    struct Components: Decodable {
        var variances: [Double]
        var ratios: [Double]
        var components: [[Float]]
        var rows: Int?
        var columns: Int?
        var rank: Int?
    }
    struct Curve: Decodable {
        var minimumDistance: Double
        var spread: Double
        var a: Double
        var b: Double
    }
    struct Widths: Decodable {
        var neighbours: Int
        var sigmas: [Double]
        var rhos: [Double]
    }
    struct Trust: Decodable, CustomTestStringConvertible {
        var name: String
        var umap: [Double]
        var clustering: [Double]
        var cosine: [Double]
        var tsne: [Double]
        var transform: [Double]
        var testDescription: String { name }
    }

    var vectors: [[Float]]
    var layout: [[Float]]
    var trustworthiness: [Measured]
    var pca: Components
    var wide: Components
    var curves: [Curve]
    var widths: [Widths]
    var doubledWidths: Widths
    var sets: [Trust]

    static let shared: ProjectionReference = {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            let file = SharedData.fixture("projection_reference.json")
            return try decoder.decode(ProjectionReference.self, from: Data(contentsOf: file))
        } catch {
            preconditionFailure("projection_reference.json cannot be read: \(error)")
        }
    }()

    /// The vectors of a set, as the script has them.
    static func vectors(of set: Trust) throws -> Matrix {
        if set.name == "small" { return Matrix(shared.vectors) }
        let table = try DataTable(set.name).vectors
        return table.selecting(Array(0..<min(2000, table.rows)))
    }

    /// The sets that can be read here.
    static let readable: [Trust] = shared.sets.filter { $0.name == "small" || SharedData.isPresent }
}

extension Collection<Double> {
    var mean: Double { reduce(0, +) / Double(count) }
}

/// Two lanes that take the parts from the last to the first.
let backwards = Lanes(count: 2) { parts, body in
    for part in (0..<parts).reversed() { body(part) }
}
