import Dispatch
import Embedding
import Foundation
import Kernels
import Logging
import RemoteEmbedding
import Telemetry
import TestSupport

/// Spaces on a test's server, with waits that a test can sit out.
struct RemoteFixture: Sendable {
    var options: RemoteOptions
    let sink = EventSink(logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    init(_ url: String, api: RemoteOptions.API? = .openAI, _ change: (inout RemoteOptions) -> Void = { _ in }) {
        options = RemoteOptions(url: url)
        options.api = api
        options.dimension = EmbeddingServer.dimension
        options.retries = 3
        // Far above what an answer takes on the busiest machine.
        options.timeout = .seconds(600)
        options.backoff.base = 0.002
        options.backoff.ceiling = 0.01
        options.waits = false
        options.cacheBytes = 0
        change(&options)
    }

    /// Lanes block, so they are called on a thread of their own: those of the global queues also run the server.
    func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "test.blocking").async { continuation.resume(with: Result(catching: work)) }
        }
    }

    func space() async throws -> RemoteSpace {
        let (options, sink) = (options, sink)
        return try await blocking {
            let space = try RemoteSpace(options, sink: sink)
            if options.dimension == nil { try space.prepare() }
            return space
        }
    }

    /// Embeds with a lane of its own.
    func embed(_ texts: [String], in space: RemoteSpace? = nil) async throws -> EmbeddedInputs {
        let space = if let space { space } else { try await self.space() }
        return try await blocking { try space.makeLane().embedEach(texts.map { .text($0) }) }
    }

    /// What the vectors of `texts` must be.
    static func expected(_ texts: [String]) -> Matrix {
        var matrix = Matrix(rows: 0, columns: EmbeddingServer.dimension)
        for text in texts {
            let vector = EmbeddingServer.vector(of: text)
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            matrix.append(row: vector.map { $0 / norm })
        }
        return matrix
    }

    /// Whether two matrices agree but for rounding.
    static func agree(_ a: Matrix, _ b: Matrix) -> Bool {
        a.rows == b.rows && a.columns == b.columns && zip(a.storage, b.storage).allSatisfy { abs($0 - $1) < 1e-5 }
    }

    static let texts = (0..<50).map { "line \($0) of a log" }
}
