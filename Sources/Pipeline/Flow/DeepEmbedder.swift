import Dispatch
import Embedding
import Kernels
import Synchronization

/// Embeds the few texts of a batch that need a deep vector, on several lanes at once.
final class DeepEmbedder: Sendable {
    /// Texts that one lane takes at a time.
    private static let part = 16

    private final class Lane: Sendable {
        let embedder: Mutex<any EmbeddingLane>

        init(space: any Space) { embedder = Mutex(space.makeLane()) }
    }

    private let dimension: Int
    private let lanes: [Lane]

    /// A vector does not depend on the number of lanes.
    init(space: any Space, lanes: Int) {
        dimension = space.dimension
        self.lanes = (0..<max(1, lanes)).map { _ in Lane(space: space) }
    }

    /// The vectors of texts, `n × e`, in order, and the number of tokens that were read for them.
    func embed(_ texts: [String]) -> (vectors: Matrix, tokens: Int) {
        let parts = stride(from: 0, to: texts.count, by: Self.part).map { $0..<min(texts.count, $0 + Self.part) }
        let results = Mutex([[Float]](repeating: [], count: parts.count))
        let next = Atomic(0)
        let tokens = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(lanes.count, parts.count)) { lane in
            while true {
                let part = next.add(1, ordering: .relaxed).oldValue
                guard part < parts.count else { return }
                let vectors = lanes[lane].embedder.withLock { embedder in
                    let before = embedder.tokens
                    defer { tokens.add(embedder.tokens - before, ordering: .relaxed) }
                    return embedder.embed(texts[parts[part]].map { .text($0) })
                }
                results.withLock { $0[part] = vectors.storage }
            }
        }
        let vectors = Matrix(columns: dimension, storage: results.withLock { $0.flatMap { $0 } })
        return (vectors, tokens.load(ordering: .relaxed))
    }
}
