/// What is written.
public struct OutputSettings: Sendable, Equatable {
    /// What a crash may do to the output.
    public enum Delivery: String, Sendable, CaseIterable {
        /// Nothing: assignments, model and offsets are one transaction.
        case exactlyOnce = "exactly_once"
        /// Repeat records.
        case atLeastOnce = "at_least_once"
    }

    /// What becomes of a record that cannot be used.
    public enum ErrorPolicy: String, Sendable, CaseIterable {
        /// It goes to the dead-letter topic, with the reason.
        case deadLetter = "dead_letter"
        /// It is counted and passed over.
        case skip
        /// The daemon stops with exit code 65.
        case stop
    }

    /// The topic of the assignments.
    public var topic = "assignments"
    /// What a crash may do to the output.
    public var delivery = Delivery.exactlyOnce
    /// What becomes of a record that cannot be used.
    public var onError = ErrorPolicy.deadLetter
    /// The topic of records that cannot be used; nil is `<application>.dead-letter`.
    public var deadLetterTopic: String?
    /// The topic of the model's events; nil is `<application>.events`.
    public var eventsTopic: String?
    /// The longest that an assignment waits for its transaction's commit.
    public var commitInterval = Duration.milliseconds(500)
    /// Whether an assignment repeats the record's text.
    public var text = false

    /// The defaults.
    public init() {}
}
