import Kernels
import TestSupport

@testable import Clustering

/// The whole loop of assigning and learning: steps of ``ClusteringOptions/step`` records, each judged by the model that
/// the step before left.
///
/// Steps end where the number of records is a multiple of the step, and where the first clusters are due, so that the
/// results do not depend on how the records are cut into batches. A value: a copy is a roll-back.
struct Learner: Sendable {
    /// The model after the last full step.
    private(set) var model: Model
    /// What steers it.
    let options: ClusteringOptions
    /// What the records of the unfinished step teach.
    private(set) var pending: Delta

    /// Continues from a model.
    init(model: Model, options: ClusteringOptions) {
        self.model = model
        self.options = options
        pending = Delta(model: model)
    }

    /// Assigns records in order, and learns each step that they complete.
    ///
    /// - Parameters:
    ///   - vectors: `m × d`, finite; unit length under the cosine metric.
    ///   - observations: one for each row.
    ///   - deepVectors: those of the rows with these numbers, where there are two tiers.
    mutating func process(
        vectors: Matrix,
        observations: [Observation],
        deepVectors: (([Int]) -> Matrix)? = nil
    ) throws(ClusteringError) -> (assignments: [Assignment], lineage: [LineageEvent]) {
        guard vectors.columns == model.inputDimension else {
            throw .mismatch(
                "vectors have \(vectors.columns) elements, the model has \(model.inputDimension); use one space for one model"
            )
        }
        var assignments: [Assignment] = []
        var lineage: [LineageEvent] = []
        assignments.reserveCapacity(vectors.rows)
        var row = 0
        while row < vectors.rows {
            let end = min(vectors.rows, row + remaining)
            let part = row == 0 && end == vectors.rows ? vectors : vectors.selecting(Array(row..<end))
            let known = Array(observations[min(row, observations.count)..<min(end, observations.count)])
            assignments += assign(
                vectors: part,
                observations: known,
                model: model,
                options: options,
                into: &pending,
                deepVectors: deepVectors.map { vectors in { rows in vectors(rows.map { $0 + row }) } }
            )
            row = end
            if remaining == 0 { lineage += try flush() }
        }
        return (assignments, lineage)
    }

    /// Learns the unfinished step, so that the model covers every record so far. The next step ends where it would
    /// have.
    mutating func flush() throws(ClusteringError) -> [LineageEvent] {
        guard pending.records > 0 else { return [] }
        let lineage = try model.merge(pending, options: options)
        pending = Delta(model: model)
        return lineage
    }

    /// Learns the unfinished step and lets a candidate in if it is no worse.
    mutating func adopt(_ candidate: Candidate) throws(ClusteringError) -> Adoption {
        let lineage = try flush()
        var adoption = try Clustering.adopt(candidate, into: model, options: options)
        adoption.lineage = lineage + adoption.lineage
        model = adoption.model
        pending = Delta(model: model)
        return adoption
    }

    private var remaining: Int { model.recordsLeftInStep(gathered: pending.records, options: options) }
}
