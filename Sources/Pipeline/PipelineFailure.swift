public import Embedding
public import Streams

/// Why a pipeline ended before it was asked to.
public enum PipelineFailure: Error, Sendable, CustomStringConvertible {
    /// The log failed.
    case log(StreamError)
    /// A record could not be used and ``RejectionPolicy/stop`` was chosen.
    case rejected(InputRejection, TopicPartition, offset: Int64)
    /// The stored model cannot be used.
    case model(String)
    /// What makes the vectors failed.
    case embedding(EmbeddingInterruption)
    /// What should not happen.
    case bug(String)

    /// For a person.
    public var description: String {
        switch self {
        case .log(let error): "\(error)"
        case .rejected(let rejection, let source, let offset):
            "record \(source)@\(offset) cannot be used: \(rejection.message). Mend it, or set output.on_error to "
                + "dead_letter or skip"
        case .model(let text): text
        case .embedding(let interruption): "\(interruption)"
        case .bug(let text): "internal error: \(text)"
        }
    }
}
