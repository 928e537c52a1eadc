import Clustering
import Kernels

/// Assigns records against the model it follows and gathers what they teach in a delta.
///
/// A step (see `Model.recordsLeftInStep`) is assigned against one model; at its end the delta goes to the coordinator.
struct Worker: Sendable {
    /// Nil between the end of a step and the model that comes of it.
    private var judge: Judge?
    private var delta: Delta
    private let options: ClusteringOptions
    private let lanes: Lanes
    /// What judges have redacted, between two of them.
    private var redactions = RedactedTexts()

    /// - Parameter lanes: what runs independent parts of a step side by side.
    init(model: Model, options: ClusteringOptions, lanes: Lanes = .serial) {
        self.options = options
        self.lanes = lanes
        judge = Judge(model: model.withoutTemplates, options: options, lanes: lanes)
        delta = Delta(model: model)
    }

    /// Follows another model from now on; what was gathered against the old one is dropped.
    mutating func follow(_ model: Model) {
        if let known = judge?.takeRedactions() { redactions = known }
        judge = nil
        judge = Judge(model: model.withoutTemplates, options: options, redactions: redactions, lanes: lanes)
        redactions = RedactedTexts()
        delta = Delta(model: model)
    }

    /// Assigns `vectors` (`m × d`); `handOver` takes a full step's delta and gives the next model.
    ///
    /// - Parameters:
    ///   - places: which of `vectors` each row has; nil: each has its own.
    ///   - teaches: whether each row teaches the model, or is only judged by it; nil: all teach.
    ///   - deepVectors: the deep vectors of the rows with these numbers, where there are two tiers.
    mutating func assign(
        vectors: Matrix,
        places: [Int]? = nil,
        observations: [Observation],
        teaches: [Bool]? = nil,
        deepVectors: (([Int]) -> Matrix)? = nil,
        handOver: (Delta) throws(ClusteringError) -> Model
    ) throws(ClusteringError) -> [Assignment] {
        var assignments: [Assignment] = []
        let rows = places?.count ?? vectors.rows
        let early =
            deepVectors == nil
            ? [] : judge?.model.rowsToSample(observations, after: delta, options: options) ?? []
        let deepVectors = deepVectors.map { DeepVectors(early: early, from: $0) }
        var row = 0
        while row < rows {
            let end = stepEnd(from: row, rows: rows, teaches)
            let (part, own) = vectors.part(row..<end, of: rows, places)
            let known = row == 0 && end == rows ? observations : Array(observations[row..<end])
            let found: [Assignment]
            if let lessons = teaches?[row..<end], lessons.contains(false) {
                found = assign(part, known, teaches: Array(lessons))
            } else {
                found =
                    judge?.assign(
                        vectors: part,
                        places: own,
                        observations: known,
                        into: &delta,
                        deepVectors: deepVectors.map { vectors in { rows in vectors(rows.map { $0 + row }) } }
                    ) ?? []
            }
            // Mostly the batch is a part of one step.
            if assignments.isEmpty { assignments = found } else { assignments += found }
            row = end
            if left <= 0 { try flush(handOver) }
        }
        return assignments
    }

    /// The end of the rows that belong to the present step: rows that do not teach count for nothing.
    private func stepEnd(from row: Int, rows: Int, _ teaches: [Bool]?) -> Int {
        guard let teaches else { return min(rows, row + max(1, left)) }
        var rest = max(1, left)
        var end = row
        while end < rows, rest > 0 {
            if teaches[end] { rest -= 1 }
            end += 1
        }
        return end
    }

    /// Assigns rows by the present model; some teach, the others are judged alone.
    private mutating func assign(_ vectors: Matrix, _ observations: [Observation], teaches: [Bool]) -> [Assignment] {
        var assignments = [Assignment?](repeating: nil, count: vectors.rows)
        for lesson in [true, false] {
            let chosen = teaches.indices.filter { teaches[$0] == lesson }
            let rows = vectors.selecting(chosen)
            let known = chosen.map { observations[$0] }
            let part: [Assignment]
            if lesson {
                part = judge?.assign(vectors: rows, observations: known, into: &delta) ?? []
            } else {
                var unheeded = judge.map { Delta(model: $0.model) } ?? delta
                // A judge of its own, since this one goes on with what teaches.
                var other = judge
                part = other?.assign(vectors: rows, observations: known, into: &unheeded) ?? []
            }
            for (row, assignment) in zip(chosen, part) { assignments[row] = assignment }
        }
        return assignments.compactMap { $0 }
    }

    private var left: Int {
        judge?.model.recordsLeftInStep(gathered: delta.records, options: options) ?? 0
    }

    /// Hands over a part of a step, where the model must cover all records so far (before it is stored).
    mutating func flush(_ handOver: (Delta) throws(ClusteringError) -> Model) throws(ClusteringError) {
        guard delta.records > 0 else { return }
        if let known = judge?.takeRedactions() { redactions = known }
        // The old version goes first, so that the merge changes the model in place.
        judge = nil
        follow(try handOver(delta))
    }
}

extension Matrix {
    /// The vectors of a range of `count` rows and, where rows share them, which of them each has.
    fileprivate func part(_ range: Range<Int>, of count: Int, _ places: [Int]?) -> (vectors: Matrix, places: [Int]?) {
        if range.count == count { return (self, places) }
        guard let places else { return (selecting(Array(range)), nil) }
        var numbers = [Int](repeating: -1, count: rows)
        var chosen: [Int] = []
        let own = places[range].map { place in
            if numbers[place] < 0 {
                numbers[place] = chosen.count
                chosen.append(place)
            }
            return numbers[place]
        }
        return (selecting(chosen), own)
    }
}
