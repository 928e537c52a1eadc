import Dispatch
import Embedding
import Kernels
import Synchronization

/// Embeds one block of inputs over several lanes at once and waits for them.
final class ParallelEmbedder: Sendable {
    private final class Lane: Sendable {
        let embedder: Mutex<any EmbeddingLane>

        init(space: any Space) { embedder = Mutex(space.makeLane()) }
    }

    private let lanes: [Lane]
    private let dimension: Int

    init(space: any Space, lanes: Int) {
        self.lanes = (0..<lanes).map { _ in Lane(space: space) }
        dimension = space.dimension
    }

    /// `inputs.count × dimension`, in order.
    func embed(_ inputs: [SpaceInput]) -> Matrix {
        guard !inputs.isEmpty else { return Matrix(rows: 0, columns: dimension) }
        let share = (inputs.count + lanes.count - 1) / lanes.count
        let parts = stride(from: 0, to: inputs.count, by: share).map { start in
            Array(inputs[start..<min(start + share, inputs.count)])
        }
        let results = Mutex<[Int: Matrix]>([:])
        DispatchQueue.concurrentPerform(iterations: parts.count) { index in
            let vectors = lanes[index].embedder.withLock { $0.embed(parts[index]) }
            results.withLock { $0[index] = vectors }
        }
        let storage = results.withLock { results in
            parts.indices.flatMap { results[$0]?.storage ?? [] }
        }
        return Matrix(columns: dimension, storage: storage)
    }
}
