import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

/// What scikit-learn and hdbscan find; see Tests/Fixtures/scripts/density_reference.py.
struct DensityReference: Decodable, CustomTestStringConvertible {
    struct DBSCAN: Decodable {
        var epsilon: Double
        var minimumNeighbours: Int
        var labels: String

        var reclusterer: DBSCANReclusterer {
            var reclusterer = DBSCANReclusterer()
            reclusterer.epsilon = epsilon
            reclusterer.minimumNeighbours = minimumNeighbours
            return reclusterer
        }
    }
    struct HDBSCAN: Decodable {
        var minimumClusterSize: Int
        var minimumNeighbours: Int
        var selection: String
        var selectionEpsilon: Double
        var allowsSingleCluster: Bool
        var maximumClusterSize: Int?
        var labels: String
        var strengths: [Float]
        var outliers: [Float]

        var reclusterer: HDBSCANReclusterer {
            var reclusterer = HDBSCANReclusterer()
            reclusterer.minimumClusterSize = minimumClusterSize
            reclusterer.minimumNeighbours = minimumNeighbours
            reclusterer.selection = GroupingOptions.Selection(rawValue: selection) ?? .excessOfMass
            reclusterer.selectionEpsilon = selectionEpsilon
            reclusterer.allowsSingleCluster = allowsSingleCluster
            reclusterer.maximumClusterSize = maximumClusterSize
            return reclusterer
        }
    }

    var name: String
    private var vectors: [[Float]]?
    var dbscan: [DBSCAN]
    var hdbscan: [HDBSCAN]

    var testDescription: String { name }

    /// The points themselves, from the fixture or from the public data.
    var points: Matrix {
        get throws {
            if let vectors { return Matrix(vectors) }
            let file = SharedData.root.appending(path: "clusters/\(name).csv")
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
            return Matrix(lines.map { $0.split(separator: ",").dropLast().map { Float($0) ?? .nan } })
        }
    }

    /// The cases in `density_sets.json` (public data) or `density_made_up.json`.
    static func load(_ kind: String) -> [DensityReference] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let data = try? Data(contentsOf: SharedData.fixture("density_\(kind).json")) else { return [] }
        return (try? decoder.decode([DensityReference].self, from: data)) ?? []
    }

    static func labels(_ packed: String) -> [Int] {
        (Data(base64Encoded: packed) ?? Data()).map { Int($0) - 1 }
    }
}

/// Labels renamed in the order of their first appearance, so that equal partitions are equal; noise stays noise.
func renamed(_ labels: some Sequence<some BinaryInteger>) -> [Int] {
    var names: [Int: Int] = [:]
    return labels.map { label in
        guard label >= 0 else { return -1 }
        let name = names[Int(label)] ?? names.count
        names[Int(label)] = name
        return name
    }
}
