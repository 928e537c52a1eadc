/// When the model is reclustered.
///
/// Early in a stream the configured period says little: the first clusters come from the first hundred records. So
/// the model is also reclustered whenever its records have doubled, until the period is reached.
public struct ReclusterSchedule: Sendable, Equatable {
    /// The configured period.
    public enum Period: Sendable, Equatable {
        /// Never.
        case off
        /// By the clock.
        case seconds(Double)
        /// By records learned; exactly repeatable.
        case records(UInt64)
    }

    /// The configured period.
    public var period: Period
    /// The first reclustering comes after this many records.
    public var first: UInt64

    /// A schedule; `first` is in records.
    public init(period: Period, first: UInt64 = 1_000) {
        self.period = period
        self.first = first
    }

    /// Whether a reclustering is due.
    ///
    /// - Parameters:
    ///   - records: how many records the model has learned.
    ///   - lastRecords: how many it had learned at the last reclustering (0: there was none).
    ///   - elapsed: seconds since the last reclustering, or since the start.
    public func isDue(records: UInt64, lastRecords: UInt64, elapsed: Double) -> Bool {
        guard records >= first, records > lastRecords else { return false }
        let doubled = records >= max(first, lastRecords * 2)
        switch period {
        case .off: return false
        case .seconds(let seconds): return elapsed >= seconds || doubled
        case .records(let count): return records - lastRecords >= count || doubled
        }
    }
}
