import Embedding
public import Pipeline
public import Streams

/// Exit codes, after sysexits.h.
public enum ExitCode: Int32, Sendable {
    /// All went well.
    case clean = 0
    /// The command line is wrong.
    case usage = 64
    /// The input data cannot be used.
    case badInput = 65
    /// The input is not there.
    case noInput = 66
    /// No broker, no embedding server or no daemon could be reached.
    case unreachable = 69
    /// A defect of centroidd.
    case bug = 70
    /// Something that another try may mend, such as being fenced by another instance.
    case tryAgain = 75
    /// The broker, or the embedding server, refused our credentials or rights.
    case notAuthorised = 77
    /// The configuration cannot be used.
    case configuration = 78

    /// The code for what a log reported.
    public init(_ error: StreamError) {
        self =
            switch error.kind {
            // Another try would read the same.
            case .fatal where error.code == "MALFORMED": .badInput
            case .unreachable: .unreachable
            case .unauthorised: .notAuthorised
            case .misconfigured: .configuration
            case .retriable, .abortable, .fenced, .fatal: .tryAgain
            }
    }

    /// The code for why vectors could not be made.
    init(_ interruption: EmbeddingInterruption) {
        self =
            switch interruption {
            case .stopped: .tryAgain
            case .unreachable: .unreachable
            case .unauthorised: .notAuthorised
            case .misconfigured: .configuration
            }
    }

    /// The code for how a pipeline ended.
    public init(_ failure: PipelineFailure) {
        self =
            switch failure {
            case .log(let error): ExitCode(error)
            case .rejected: .badInput
            case .model: .configuration
            case .embedding(let interruption): ExitCode(interruption)
            case .bug: .bug
            }
    }
}

/// An error that ends the process: what to say, and with which code.
public struct Exit: Error, CustomStringConvertible {
    /// The code.
    public var code: ExitCode
    /// What to say on standard error; empty where all has been said.
    public var description: String

    /// Memberwise.
    public init(_ code: ExitCode, _ description: String = "") {
        self.code = code
        self.description = description
    }

    /// From whatever the rooms throw.
    public init(_ error: any Error) {
        switch error {
        case let exit as Exit: self = exit
        case let failure as PipelineFailure: self.init(ExitCode(failure), "\(failure)")
        case let error as EmbeddingInterruption: self.init(ExitCode(error), "\(error)")
        case let error as EmbeddingError: self.init(.configuration, "\(error)")
        case let error as StreamError: self.init(ExitCode(error), "\(error)")
        default: self.init(.bug, "\(error)")
        }
    }
}
