import Foundation
import Kernels

/// A tree of random cuts: what is alone after few of them is odd (Liu, Ting, Zhou 2008, "Isolation Forest").
///
/// Complete to its full height, so that every record passes the same number of nodes; a leaf higher up goes on as a path to
/// the left.
struct IsolationTree: Sendable, Equatable {
    /// A cut: what is at least the threshold in that column goes right.
    struct Node: Sendable, Equatable {
        var column: Int32 = 0
        var threshold: Float = .infinity
    }

    /// The records that a tree is grown from: the published size.
    static let size = 256
    /// Cuts from the root to a leaf: the mean depth of a tree of that size, as published.
    static let height = 8

    /// Its number in the order in which a forest grew its trees, from 1.
    let number: UInt64
    /// `2^height - 1` cuts, those below node `i` at `2i + 1` and `2i + 2`.
    private(set) var nodes: [Node]
    /// For each of the `2^height` ends of paths: the expected depth at which a record is alone there, in mean depths of
    /// a record of the sample.
    private(set) var depths: [Float]

    /// Grows a tree from vectors of `columns` elements.
    init(vectors: [[Float]], columns: Int, seed: UInt64, number: UInt64) {
        self.number = number
        nodes = Array(repeating: Node(), count: 1 << Self.height - 1)
        depths = Array(repeating: 0, count: 1 << Self.height)
        var generator = SeededGenerator(seed: seed)
        var rows = Array(vectors.indices)
        grow(0, depth: 0, rows: &rows, range: 0..<rows.count, vectors, columns, &generator)
        let usual = Float(max(Self.expectedDepth(vectors.count), 1))
        for index in depths.indices { depths[index] /= usual }
    }

    /// The mean number of cuts after which one of `count` records is alone in a random binary tree:
    /// `c(n) = 2 H(n - 1) - 2 (n - 1) / n`.
    static func expectedDepth(_ count: Int) -> Double {
        guard count > 2 else { return count == 2 ? 1 : 0 }
        let n = Double(count)
        let harmonic = (1..<count).reduce(0) { $0 + 1 / Double($1) }
        return 2 * harmonic - 2 * (n - 1) / n
    }

    private mutating func grow(
        _ node: Int,
        depth: Int,
        rows: inout [Int],
        range: Range<Int>,
        _ vectors: [[Float]],
        _ columns: Int,
        _ generator: inout SeededGenerator
    ) {
        guard depth < Self.height, range.count > 1,
            let cut = Self.cut(rows[range], vectors, columns, &generator)
        else {
            // The path goes left from here to the end.
            let end = (node + 1) << (Self.height - depth) - 1
            depths[end - nodes.count] = Float(Double(depth) + Self.expectedDepth(range.count))
            return
        }
        nodes[node] = cut
        let column = Int(cut.column)
        let middle = rows[range].partition { vectors[$0][column] >= cut.threshold }
        grow(
            2 * node + 1,
            depth: depth + 1,
            rows: &rows,
            range: range.lowerBound..<middle,
            vectors,
            columns,
            &generator
        )
        grow(
            2 * node + 2,
            depth: depth + 1,
            rows: &rows,
            range: middle..<range.upperBound,
            vectors,
            columns,
            &generator
        )
    }

    /// A random cut of a random column that is not constant; nil where all are.
    private static func cut(
        _ rows: ArraySlice<Int>,
        _ vectors: [[Float]],
        _ columns: Int,
        _ generator: inout SeededGenerator
    ) -> Node? {
        let first = Int.random(in: 0..<columns, using: &generator)
        for attempt in 0..<columns {
            // A few draws, then one column after another.
            let column =
                attempt == 0
                ? first : attempt < 8 ? Int.random(in: 0..<columns, using: &generator) : (first + attempt) % columns
            var low = Float.infinity
            var high = -Float.infinity
            for row in rows {
                let value = vectors[row][column]
                low = min(low, value)
                high = max(high, value)
            }
            guard high > low else { continue }
            let part = Float(generator.nextUniform())
            let threshold = min(high, max(low.nextUp, low + part * (high - low)))
            return Node(column: Int32(column), threshold: threshold)
        }
        return nil
    }

    /// Adds to `sums` the depth of each of `rows` vectors of `columns` elements.
    func addDepths(
        of vectors: UnsafePointer<Float>,
        rows: Int,
        columns: Int,
        to sums: UnsafeMutablePointer<Float>
    ) {
        nodes.withUnsafeBufferPointer { nodes in
            depths.withUnsafeBufferPointer { depths in
                guard let cuts = nodes.baseAddress, let ends = depths.baseAddress else { return }
                for row in 0..<rows {
                    let vector = vectors + row * columns
                    var node = 0
                    for _ in 0..<Self.height {
                        let cut = cuts[node]
                        node = 2 * node + 1 + (vector[Int(cut.column)] >= cut.threshold ? 1 : 0)
                    }
                    sums[row] += ends[node - nodes.count]
                }
            }
        }
    }
}

extension IsolationTree: Codable {
    private enum CodingKeys: String, CodingKey {
        case number, columns, thresholds, depths
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        number = try container.decode(UInt64.self, forKey: .number)
        let columns = try container.decode(PackedVector.self, forKey: .columns).elements
        let thresholds = try container.decode(PackedVector.self, forKey: .thresholds).elements
        depths = try container.decode(PackedVector.self, forKey: .depths).elements
        let isSound = columns.allSatisfy { $0 >= 0 && $0 <= 0x1p24 } && depths.allSatisfy { $0 >= 0 && $0.isFinite }
        guard isSound, columns.count == 1 << Self.height - 1, thresholds.count == columns.count,
            depths.count == 1 << Self.height
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .columns,
                in: container,
                debugDescription: "a tree must have \(1 << Self.height - 1) cuts"
            )
        }
        nodes = zip(columns, thresholds).map { Node(column: Int32($0), threshold: $1) }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(number, forKey: .number)
        try container.encode(PackedVector(elements: nodes.map { Float($0.column) }), forKey: .columns)
        try container.encode(PackedVector(elements: nodes.map(\.threshold)), forKey: .thresholds)
        try container.encode(PackedVector(elements: depths), forKey: .depths)
    }

    /// Whether its cuts are of vectors of that many elements.
    func fits(columns: Int) -> Bool { nodes.allSatisfy { $0.column < columns } }
}
