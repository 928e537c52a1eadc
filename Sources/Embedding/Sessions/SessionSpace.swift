import Foundation
public import Kernels

/// Sessions: what happened under one key within a window, as a vector of how often each kind of event did.
///
/// Records are lines; their templates are the events. Lanes only check the lines: a session's vector is made when its
/// window closes (``vector(of:frequency:)``), by whoever publishes.
public struct SessionSpace: Space {
    /// How counts become a vector.
    public struct Options: Sendable, Equatable {
        /// The number of elements. Events take places by their ids, so that as many as there are places are told apart.
        public var dimension = 128
        /// Whether an event counts for more the fewer sessions have it.
        public var weighsByRarity = false
        /// Whether one half of the places is for pairs of events that followed each other, so that order counts.
        public var ordered = false

        /// The defaults.
        public init() {}
    }

    /// What is known of a session's events.
    public struct Events: Sendable, Equatable {
        /// How often each event happened, by its id.
        public var counts: [Int: Int]
        /// The ids of the events in their order; those beyond a ceiling may be missing.
        public var sequence: [Int]

        /// Memberwise.
        public init(counts: [Int: Int], sequence: [Int]) {
            self.counts = counts
            self.sequence = sequence
        }
    }

    /// How counts become a vector.
    public let options: Options
    /// The metric in which sessions are compared.
    public let metric: Metric

    /// A space of sessions.
    public init(_ options: Options = Options(), metric: Metric = .euclidean) {
        self.options = options
        self.metric = metric
    }

    /// As the options have it.
    public var dimension: Int { options.dimension }
    /// True: the records' templates are the events.
    public var isMined: Bool { true }
    /// Names what changes vectors.
    public var identity: String {
        "session:\(options.dimension)" + (options.weighsByRarity ? ":idf" : "") + (options.ordered ? ":ordered" : "")
    }

    /// Takes text alone.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        guard case .text(let line) = value else {
            throw InputRejection(.wrongType, "the value is \(value.typeName); a line of a log is expected")
        }
        guard line.contains(where: { !$0.isWhitespace }) else {
            throw InputRejection(.empty, "the line is empty")
        }
        return .text(line)
    }

    /// The vector of a session: `ln(1 + count)` for each event, as it is or times `1 + ln((n + 1) / (d + 1))`, where d of
    /// n sessions have the event (inverse document frequency, smoothed as scikit-learn's `TfidfTransformer` does it).
    ///
    /// Counts of the same event in normal sessions differ by retries and lengths, the presence of another event is a
    /// difference of kind: the logarithm weighs them so. Unit length under the cosine metric.
    ///
    /// - Parameters:
    ///   - events: the session's events, at least one.
    ///   - frequency: for an event's id, how many of how many sessions before had it.
    /// - Returns: ``dimension`` elements.
    public func vector(
        of events: Events,
        frequency: (Int) -> (having: Int, all: Int) = { _ in (0, 0) }
    ) -> [Float] {
        let places = options.ordered ? max(1, dimension / 2) : dimension
        var vector = [Float](repeating: 0, count: dimension)
        // In order of id: sums of floats depend on it where two events share a place.
        for (event, count) in events.counts.sorted(by: { $0.key < $1.key }) {
            let (having, all) = frequency(event)
            let weight = options.weighsByRarity ? 1 + log(Double(all + 1) / Double(having + 1)) : 1
            vector[event % places] += Float(log(1 + Double(count)) * weight)
        }
        if options.ordered, dimension > places {
            for (pair, count) in Self.pairs(events.sequence).sorted(by: { $0.key < $1.key }) {
                vector[places + Int(pair % UInt64(dimension - places))] += Float(log(1 + Double(count)))
            }
        }
        if metric == .cosine { VectorMath.normalise(&vector) }
        return vector
    }

    /// How often events followed each other, by a hash of both ids (the finaliser of SplitMix64).
    private static func pairs(_ sequence: [Int]) -> [UInt64: Int] {
        var pairs: [UInt64: Int] = [:]
        for (first, second) in zip(sequence, sequence.dropFirst()) {
            var hash = UInt64(bitPattern: Int64(first)) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(bitPattern: Int64(second))
            hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
            hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
            pairs[hash ^ (hash >> 31), default: 0] += 1
        }
        return pairs
    }

    /// A lane without work: vectors are made where windows close.
    public func makeLane() -> any EmbeddingLane {
        VectorLane(dimension: dimension)
    }
}
