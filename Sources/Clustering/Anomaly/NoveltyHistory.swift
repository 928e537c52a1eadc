/// How often records bring what was never seen before, by where they come from.
///
/// The probability that the next record is of an unseen kind is the share of records that were the first of their kind
/// (Good 1953, "The Population Frequencies of Species and the Estimation of Population Parameters"): a service that
/// keeps bringing forth new lines is expected to go on. A source that has hardly begun is learned first.
struct NoveltyHistory: Sendable, Equatable, Codable {
    /// Records, and those of them that were the first of a kind, decayed.
    struct Tally: Sendable, Equatable, Codable {
        var records = 0.0
        var firsts = 0.0

        static func + (a: Tally, b: Tally) -> Tally {
            Tally(records: a.records + b.records, firsts: a.firsts + b.firsts)
        }
    }

    /// By source.
    private(set) var sources: [Int: Tally] = [:]
    private var clock = 0.0

    /// The most sources; beyond them the one with the fewest records is forgotten.
    static let capacity = 1024

    /// Of all sources together.
    var all: Tally { sources.values.reduce(Tally(), +) }

    /// The probability that a record of a source is the first of its kind: by that source's own past or that of all, what
    /// is larger. Nil as long as the source is being learned.
    ///
    /// - Parameters:
    ///   - pending: what came since.
    ///   - learningPeriod: the records of a source that are learned first.
    func unseen(source: Int, pending: [Int: Tally], learningPeriod: Double) -> Double? {
        let own = (sources[source] ?? Tally()) + (pending[source] ?? Tally())
        guard own.records >= learningPeriod else { return nil }
        let every = pending.values.reduce(all, +)
        return min(1, max((own.firsts + 1) / (own.records + 1), (every.firsts + 1) / (every.records + 1)))
    }

    /// Whether a source has hardly begun.
    func isLearning(source: Int, pending: [Int: Tally], learningPeriod: Double) -> Bool {
        (sources[source]?.records ?? 0) + (pending[source]?.records ?? 0) < learningPeriod
    }

    /// Takes in what came until `now`.
    mutating func learn(_ tallies: [Int: Tally], clock now: Double) {
        let factor = Forgetting.factor(from: clock, to: now)
        clock = max(clock, now)
        for (source, tally) in sources {
            sources[source] = Tally(records: tally.records * factor, firsts: tally.firsts * factor)
        }
        for (source, tally) in tallies { sources[source] = (sources[source] ?? Tally()) + tally }
        guard sources.count > Self.capacity else { return }
        let kept = sources.sorted { ($0.value.records, $0.key) > ($1.value.records, $1.key) }.prefix(Self.capacity)
        sources = Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
    }
}
