import Foundation

/// How odd a cluster's own records are among those of the whole stream: what makes a threshold of each cluster's own.
///
/// The stream's tail `p` of a score becomes the surprise `-ln p`. If the scores of a cluster were distributed as those of
/// the stream, the surprises would be exponential with mean 1; in a cluster that scatters more they are larger. Beyond
/// a high quantile they are taken for exponential with a mean of their own, which is drawn towards 1 where peaks are
/// few: peaks over threshold, with the shape of the tail taken from the stream's. Small clusters have no tail of their
/// own: their records are judged by the stream's.
struct LocalTail: Sendable, Equatable {
    /// The decayed number of records by surprise, in bins of ``width``.
    private(set) var bins: [Float] = []
    /// The decayed number of all of them.
    private(set) var total = 0.0
    /// The decayed numbers of alarms that were learned, and that were due.
    private var nearAlarms = 0.0
    private var nearDue = 0.0
    /// The share of records among the recent ones that were too strange to be learned.
    private(set) var recentAlarms = 0.0
    private var clock = 0.0
    /// The tail: the surprise from which on it counts, the share of records there and the mean excess; nil while records
    /// are few.
    private var tail: Tail?

    private struct Tail: Equatable {
        var level: Double
        var share: Double
        var mean: Double
        /// As ``ScoreThreshold/gain``.
        var gain: Double
    }

    static let width = 0.25
    static let capacity = 64
    /// Records from which on a cluster is judged by itself.
    static let leastRecords = 500.0
    /// Peaks of mean excess 1 that count as seen from the beginning.
    private static let priorPeaks = 5.0
    private static let leastPeaks = 50.0
    private static let priorAlarms = 3.0

    init() {}

    /// The probability that a record of this cluster has at least the surprise of one with the stream's tail `stream`,
    /// in units in which the rate asked for is where alarms begin; nil while too little is known.
    func tail(stream: Double) -> Double? {
        guard let tail else { return nil }
        let surprise = -log(stream)
        if surprise >= tail.level { return min(1, tail.share * exp((tail.level - surprise) / tail.mean) / tail.gain) }
        return min(1, weight(atLeast: surprise) / max(total, .leastNormalMagnitude) / tail.gain)
    }

    /// Whether records of the cluster are judged by it.
    var isReady: Bool { tail != nil }

    /// Whether a record of this cluster is too strange to be learned; nil while too little is known.
    func isStrange(stream: Double, rate: Double) -> Bool? {
        tail(stream: stream).map { Self.isStrange($0, rate: rate) }
    }

    private static func isStrange(_ tail: Double, rate: Double) -> Bool { tail <= rate * ScoreThreshold.strangeShare }

    private func weight(atLeast surprise: Double) -> Double {
        let place = surprise / Self.width
        let bin = min(Self.capacity - 1, Int(place))
        guard bin < bins.count else { return 0 }
        let part = Double(bins[bin]) * max(0, 1 - (place - Double(bin)))
        return part + bins[(bin + 1)...].reduce(0) { $0 + Double($1) }
    }

    /// Learns the stream's tails of records that came until `clock`; those too strange for a normal record are left out, as
    /// ``ScoreThreshold`` does.
    mutating func learn(_ tails: [(stream: Double, isStrange: Bool)], clock now: Double, rate: Double) {
        fade(to: now)
        for (stream, isStrangeToAll) in tails {
            let own = tail(stream: stream)
            let isStrange = own.map { Self.isStrange($0, rate: rate) } ?? isStrangeToAll
            recentAlarms = ScoreThreshold.recent(recentAlarms, isStrange: isStrange)
            if isStrange, recentAlarms < ScoreThreshold.changeShare(rate) { continue }
            if let own {
                nearDue += rate
                nearAlarms += own <= rate && !isStrange ? 1 : 0
            }
            let bin = min(Self.capacity - 1, Int(-log(max(stream, .leastNormalMagnitude)) / Self.width))
            if bin >= bins.count { bins += [Float](repeating: 0, count: bin + 1 - bins.count) }
            bins[bin] += 1
            total += 1
        }
        fit(rate: rate)
    }

    private mutating func fade(to now: Double) {
        let factor = Forgetting.factor(from: clock, to: now)
        clock = max(clock, now)
        guard factor < 1 else { return }
        for bin in bins.indices { bins[bin] *= Float(factor) }
        total *= factor
        nearAlarms *= factor
        nearDue *= factor
    }

    private mutating func fit(rate: Double) {
        guard total >= Self.leastRecords else { return tail = nil }
        let wanted = max(0.02, 2 * rate, min(0.1, Self.leastPeaks / total)) * total
        var bin = bins.count - 1
        var peaks = 0.0
        var sum = 0.0
        while bin >= 0 {
            // The excess so far was over the bin above.
            sum += peaks * Self.width + Double(bins[bin]) * Self.width / 2
            peaks += Double(bins[bin])
            if peaks >= wanted { break }
            bin -= 1
        }
        tail = Tail(
            level: Double(max(0, bin)) * Self.width,
            share: min(1, peaks / total),
            mean: (sum + Self.priorPeaks) / (peaks + Self.priorPeaks),
            gain: min(3, max(1.0 / 3, (nearDue + Self.priorAlarms) / (nearAlarms + Self.priorAlarms)))
        )
    }
}

extension LocalTail: Codable {
    private enum CodingKeys: String, CodingKey {
        case bins, figures
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        bins = try container.decode(PackedVector.self, forKey: .bins).elements
        let figures = try container.decode([Double].self, forKey: .figures)
        guard bins.count <= Self.capacity, figures.count == 5 || figures.count == 9 else {
            throw DecodingError.dataCorruptedError(
                forKey: .figures,
                in: container,
                debugDescription: "expected at most \(Self.capacity) bins and 5 or 9 figures"
            )
        }
        (total, nearAlarms, nearDue, recentAlarms) = (figures[0], figures[1], figures[2], figures[3])
        clock = figures[4]
        if figures.count == 9 {
            tail = Tail(level: figures[5], share: figures[6], mean: figures[7], gain: figures[8])
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(PackedVector(elements: bins), forKey: .bins)
        let known = [total, nearAlarms, nearDue, recentAlarms, clock]
        try container.encode(known + (tail.map { [$0.level, $0.share, $0.mean, $0.gain] } ?? []), forKey: .figures)
    }
}
