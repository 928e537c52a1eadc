import Clustering
import Kernels

/// Assigns records against the model it follows and gathers what they teach in a delta.
///
/// A step (see `Model.recordsLeftInStep`) is assigned against one model; at its end the delta goes to the coordinator.
struct Worker: Sendable {
    private(set) var model: Model
    private var delta: Delta
    private let options: ClusteringOptions

    init(model: Model, options: ClusteringOptions) {
        self.model = model
        self.options = options
        delta = Delta(model: model)
    }

    /// Follows another model from now on; what was gathered against the old one is dropped.
    mutating func follow(_ model: Model) {
        self.model = model
        delta = Delta(model: model)
    }

    /// Assigns `vectors` (`m × d`); `handOver` takes a full step's delta and gives the next model.
    mutating func assign(
        vectors: Matrix,
        observations: [Observation],
        handOver: (Delta) throws(ClusteringError) -> Model
    ) throws(ClusteringError) -> [Assignment] {
        var assignments: [Assignment] = []
        assignments.reserveCapacity(vectors.rows)
        var row = 0
        while row < vectors.rows {
            let end = min(vectors.rows, row + max(1, left))
            let whole = row == 0 && end == vectors.rows
            let part = whole ? vectors : vectors.rows(row..<end)
            assignments += Clustering.assign(
                vectors: part,
                observations: Array(observations[row..<end]),
                model: model,
                options: options,
                into: &delta
            )
            row = end
            if left <= 0 { try flush(handOver) }
        }
        return assignments
    }

    private var left: Int { model.recordsLeftInStep(gathered: delta.records, options: options) }

    /// Hands over a part of a step, where the model must cover all records so far (before it is stored).
    mutating func flush(_ handOver: (Delta) throws(ClusteringError) -> Model) throws(ClusteringError) {
        guard delta.records > 0 else { return }
        follow(try handOver(delta))
    }
}

extension Matrix {
    /// A copy of some rows.
    fileprivate func rows(_ range: Range<Int>) -> Matrix {
        Matrix(columns: columns, storage: Array(storage[range.lowerBound * columns..<range.upperBound * columns]))
    }
}
