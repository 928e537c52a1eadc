public import Kernels

extension Model {
    /// Which of the records that follow those in `delta` enter the sample, as far as it is known now: no others, and all of
    /// these but for those that better ones among them keep out.
    ///
    /// Of a model of two tiers these need deep vectors, which are the cheaper the more are made at a time.
    /// - Parameter observations: one for each record, in order.
    public func rowsToSample(
        _ observations: [Observation],
        after delta: Delta,
        options: ClusteringOptions
    ) -> [Int] {
        let limit = sample.limit(capacity: options.sampleCapacity)
        guard limit.isFinite else { return Array(observations.indices) }
        var newest = [newestTimestamp, delta.newestTimestamp].compactMap { $0 }.max()
        var origin = originTimestamp ?? delta.firstTimestamp
        return observations.indices.filter { row in
            if let time = observations[row].timestamp {
                newest = max(newest ?? time, time)
                origin = origin ?? time
            }
            let record = delta.firstRecord + UInt64(delta.records + row)
            let clock = Forgetting.clock(records: record, newest: newest, origin: origin, halfLife: options.halfLife)
            return Reservoir.priority(seed: options.seed, record: record, clock: clock) <= limit
        }
    }
}

/// Deep vectors of rows, of which some are made early and all at once.
public struct DeepVectors {
    private let known: [Int: Int]
    private let early: Matrix
    private let source: ([Int]) -> Matrix

    /// Asks `source` for the vectors of `rows` now, and for others when they are asked for.
    public init(early rows: [Int], from source: @escaping ([Int]) -> Matrix) {
        self.source = source
        early = rows.isEmpty ? Matrix(rows: 0, columns: 1) : source(rows)
        known = Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    }

    /// The vectors of rows, in order.
    public func callAsFunction(_ rows: [Int]) -> Matrix {
        let missing = rows.filter { known[$0] == nil }
        guard !missing.isEmpty else { return early.selecting(rows.compactMap { known[$0] }) }
        let late = source(missing)
        let places = Dictionary(uniqueKeysWithValues: missing.enumerated().map { ($1, $0) })
        let storage = rows.flatMap { row in
            known[row].map { early[row: $0] } ?? places[row].map { late[row: $0] } ?? []
        }
        return Matrix(columns: late.columns, storage: storage)
    }
}
