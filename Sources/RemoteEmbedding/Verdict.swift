import Foundation

/// What to make of an answer to one request: decided here, acted on by the server's shell.
enum Verdict: Equatable {
    /// The vectors, in the order of the inputs.
    case vectors([[Float]])
    /// The server refuses these very inputs; others it may take.
    case refused(String)
    /// The server takes none, however often it is asked.
    case denied(EmbeddingFault, String)
    /// The vectors have so many elements, and others were expected.
    case otherDimension(Int)
    /// Another try may do better. `asked` is how long the server wants to be left alone, seconds.
    case fault(EmbeddingFault, String, asked: Double?)

    /// Kinds of faults; their raw values are labels of the metrics.
    enum EmbeddingFault: String {
        /// 429.
        case busy
        /// 408 and 5xx.
        case serverError = "server_error"
        /// No connection, or one that broke.
        case connection
        /// No answer within the time limit.
        case timeout
        /// An answer that is not one.
        case badAnswer = "bad_answer"
        /// Vectors of another dimension.
        case dimension
        /// 401 and 403.
        case unauthorised
        /// Any other status that a further try does not change.
        case status
    }

    /// Statuses that speak of what was sent: too large, too long, not readable.
    private static let ofTheInput: Set<Int> = [400, 413, 414, 415, 422, 424]

    /// Judges an answer with a status.
    ///
    /// - Parameters:
    ///   - dimension: what vectors must have; nil where it is not known yet.
    ///   - now: the present time, for `Retry-After`.
    static func judge(
        status: Int,
        retryAfter: String?,
        body: Data,
        wire: Wire,
        count: Int,
        dimension: Int?,
        now: Date
    ) -> Verdict {
        let message = { "status \(status): \(ServerMessage.read(body))" }
        switch status {
        case 200..<300: return vectors(body, wire, count, dimension)
        case 429: return .fault(.busy, message(), asked: Backoff.retryAfter(retryAfter, now: now))
        case 408, 500...: return .fault(.serverError, message(), asked: Backoff.retryAfter(retryAfter, now: now))
        case 401, 403: return .denied(.unauthorised, message())
        case _ where ofTheInput.contains(status): return .refused(message())
        default: return .denied(.status, message())
        }
    }

    private static func vectors(_ body: Data, _ wire: Wire, _ count: Int, _ dimension: Int?) -> Verdict {
        do throws(Wire.BadAnswer) {
            let rows = try wire.vectors(body, count: count)
            let found = rows.first?.count ?? 0
            guard found > 0 else { return .fault(.badAnswer, "vectors without elements", asked: nil) }
            if let other = rows.first(where: { $0.count != found }) {
                return .fault(.badAnswer, "vectors of \(found) and of \(other.count) numbers in one answer", asked: nil)
            }
            // No further try makes a model's vectors longer or shorter.
            guard found == dimension ?? found else { return .otherDimension(found) }
            return .vectors(rows)
        } catch {
            return .fault(.badAnswer, error.problem, asked: nil)
        }
    }
}
