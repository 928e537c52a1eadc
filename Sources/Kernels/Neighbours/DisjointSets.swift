/// Sets of numbers that grow together (Tarjan 1975, with path halving); the root of a set is its lowest number.
package struct DisjointSets: Sendable {
    private var parent: [Int32]

    /// `count` sets of one number each.
    package init(_ count: Int) {
        parent = (0..<Int32(count)).map { $0 }
    }

    /// The root of the set of `member`.
    @inline(__always)
    package mutating func root(_ member: Int32) -> Int32 {
        parent.withUnsafeMutableBufferPointer { parent in
            var member = Int(member)
            while Int(parent[member]) != member {
                parent[member] = parent[Int(parent[member])]
                member = Int(parent[member])
            }
            return Int32(member)
        }
    }

    /// Makes one set of two; returns its root.
    @discardableResult @inline(__always)
    package mutating func join(_ a: Int32, _ b: Int32) -> Int32 {
        let (a, b) = (root(a), root(b))
        guard a != b else { return a }
        parent[Int(max(a, b))] = min(a, b)
        return min(a, b)
    }
}
