/// What went wrong with a log, and what may be done about it.
public struct StreamError: Error, Sendable, CustomStringConvertible {
    /// What the caller may do. The classes follow KIP-360 and librdkafka's own advice.
    public enum Class: String, Sendable {
        /// The same call with the same arguments may be made again after a pause.
        case retriable
        /// The current transaction must be aborted; then rewind and begin anew.
        case abortable
        /// Another instance took over (producer fenced, or the group instance id was taken): stop, exit 75.
        case fenced
        /// The producer or consumer cannot go on; a new one may.
        case fatal
        /// No broker could be reached: exit 69.
        case unreachable
        /// Authentication or authorisation failed: exit 77.
        case unauthorised
        /// Configuration that the log refuses: exit 78.
        case misconfigured
    }

    /// What the caller may do.
    public var kind: Class
    /// The log's own name of the error, such as `_TIMED_OUT`.
    public var code: String
    /// What was being done and what came of it, for a person.
    public var message: String

    /// Memberwise.
    public init(_ kind: Class, code: String, _ message: String) {
        self.kind = kind
        self.code = code
        self.message = message
    }

    /// `message (code, kind)`.
    public var description: String { "\(message) (\(code), \(kind.rawValue))" }
}
