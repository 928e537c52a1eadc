import Kernels

/// The records of a batch by the kinds of their vectors, and what clusters each kind is near to.
struct RecordKinds {
    /// Which record is of which kind.
    let rows: DistinctRows
    /// The vector of each kind, `k × d`.
    let vectors: Matrix
    /// Whether each vector is finite and short enough to be squared.
    let isSound: [Bool]
    /// The nearest clusters of each kind.
    let pairs: [Nearest]

    /// The number of kinds.
    var count: Int { rows.firsts.count }

    /// - Parameters:
    ///   - vectors: those of the records, `m × d`.
    ///   - search: finds the nearest clusters; those of a vector must not depend on what else is searched for.
    init(_ vectors: Matrix, search: (Matrix) -> [Nearest]) {
        rows = DistinctRows(vectors)
        self.vectors = rows.areAllDistinct ? vectors : vectors.selecting(rows.firsts)
        isSound = self.vectors.soundRows
        pairs = search(self.vectors)
    }
}
