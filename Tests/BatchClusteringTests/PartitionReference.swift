import Foundation
import Kernels
import TestSupport

/// Values computed by scikit-learn; see Tests/Fixtures/scripts/partition_reference.py.
struct PartitionReference: Decodable {
    struct Cut: Decodable {
        var k: Int?
        var threshold: Double?
        var groups: Int
        var labels: [Int]?
        var digest: UInt32?
    }
    struct Agglomerative: Decodable {
        var linkage: String
        var cuts: [Cut]
        var thresholds: [Cut]
    }
    struct Small: Decodable {
        var name: String
        var vectors: [[Float]]
        var inertia: Double
        var labels: [Int]
        var silhouettes: [Double]
        var daviesBouldin: Double
        var calinskiHarabasz: Double
        var agglomerative: [Agglomerative]
    }
    struct PublicSet: Decodable {
        var name: String
        var rows: Int
        var k: Int
        var inertia: Double
        var silhouette: Double
        var agglomerative: [Agglomerative]
    }

    var small: [Small]
    var sets: [PublicSet]

    static func load() throws -> PartitionReference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = SharedData.fixture("partition_reference.json")
        return try decoder.decode(PartitionReference.self, from: Data(contentsOf: file))
    }
}

/// Labels renamed by first occurrence.
func renamed(_ labels: [some BinaryInteger]) -> [Int] {
    var names: [Int: Int] = [:]
    return labels.map { label in
        let name = names[Int(label), default: names.count]
        names[Int(label)] = name
        return name
    }
}

/// The CRC-32 of labels, renamed by first occurrence, as little-endian 16-bit numbers.
func digest(_ labels: [some BinaryInteger]) -> UInt32 {
    var remainder = UInt32.max
    for label in renamed(labels) {
        for byte in [UInt32(label & 0xFF), UInt32(label >> 8 & 0xFF)] {
            remainder ^= byte
            for _ in 0..<8 { remainder = remainder & 1 == 1 ? remainder >> 1 ^ 0xEDB8_8320 : remainder >> 1 }
        }
    }
    return ~remainder
}

/// The coordinates of a set of the public folder `clusters`, as they are.
func publicSet(_ name: String) throws -> Matrix {
    let file = SharedData.root.appending(path: "clusters/\(name).csv")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    return Matrix(lines.map { $0.split(separator: ",").dropLast().map { Float($0) ?? .nan } })
}

extension Lanes {
    /// Parts on two threads, the last ones first.
    static let mixed = Lanes(count: 2) { parts, body in
        DispatchQueue.concurrentPerform(iterations: parts) { body(parts - 1 - $0) }
    }
}
