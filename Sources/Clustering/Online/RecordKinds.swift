import Kernels

/// The records of a batch by the kinds of their vectors, and what clusters each kind is near to.
struct RecordKinds {
    /// The kind of each record, numbered from 0 by first appearance.
    let rows: [Int]
    /// The vector of each kind, `k × d`.
    let vectors: Matrix
    /// Whether each vector is finite and short enough to be squared.
    let isSound: [Bool]
    /// The nearest clusters of each kind.
    let pairs: [Nearest]

    /// The number of kinds.
    var count: Int { vectors.rows }

    /// - Parameters:
    ///   - vectors: those of the records, `m × d`.
    ///   - places: which of `vectors` each record has, numbered by first appearance; nil: each has its own.
    ///   - search: finds the nearest clusters; those of a vector must not depend on what else is searched for.
    init(_ vectors: Matrix, places: [Int]? = nil, search: (Matrix) -> [Nearest]) {
        let distinct = DistinctRows(vectors)
        rows = places.map { $0.map { distinct.kinds[$0] } } ?? distinct.kinds
        self.vectors = distinct.areAllDistinct ? vectors : vectors.selecting(distinct.firsts)
        isSound = self.vectors.soundRows
        pairs = search(self.vectors)
    }
}
