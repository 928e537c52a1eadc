import Foundation

/// How long to wait before a request is tried again: exponential, with full jitter (Brooker 2015, "Exponential Backoff And
/// Jitter"), and never less than the server asks for. A value; chance and time are arguments.
public struct Backoff: Sendable, Equatable {
    /// The ceiling of the first wait, seconds.
    public var base = 0.2
    /// No ceiling is above this, seconds.
    public var ceiling = 30.0
    /// A server that asks for a longer wait than this is asked again after it, seconds.
    public var longest = 3600.0

    /// The defaults.
    public init() {}

    /// Seconds to wait before try `attempt + 1`.
    ///
    /// - Parameters:
    ///   - attempt: the tries so far, from 1.
    ///   - chance: uniform in [0, 1).
    ///   - asked: what the server asked for (``retryAfter(_:now:)``), seconds.
    public func wait(attempt: Int, chance: Double, asked: Double? = nil) -> Double {
        let top = min(ceiling, base * pow(2, Double(min(max(attempt, 1), 64) - 1)))
        return max(chance * top, min(asked ?? 0, longest))
    }

    /// Reads a `Retry-After` header: seconds, or a date (RFC 9110, 10.2.3); nil where it is neither.
    ///
    /// - Parameter now: the present time, for dates.
    static func retryAfter(_ header: String?, now: Date) -> Double? {
        guard let text = header?.trimmingCharacters(in: .whitespaces), !text.isEmpty else { return nil }
        if let seconds = Double(text) { return seconds.isFinite && seconds >= 0 ? seconds : nil }
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        // The preferred form, and the two that RFC 9110, 5.6.7 still wants understood.
        for pattern in ["EEE, dd MMM yyyy HH:mm:ss zzz", "EEEE, dd-MMM-yy HH:mm:ss zzz", "EEE MMM d HH:mm:ss yyyy"] {
            format.dateFormat = pattern
            if let date = format.date(from: text) { return max(0, date.timeIntervalSince(now)) }
        }
        return nil
    }
}
