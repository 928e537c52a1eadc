import Dispatch
import Embedding
import Kernels
import Synchronization

/// Embeds one block of inputs over several lanes at once and waits for them.
final class ParallelEmbedder: Sendable {
    private final class Lane: Sendable {
        let embedder: Mutex<any EmbeddingLane>
        // A queue of its own: lanes that wait for a server are not fewer because the processors are.
        let queue = DispatchQueue(label: "centroidd.embed")

        init(space: any Space) { embedder = Mutex(space.makeLane()) }
    }

    private let lanes: [Lane]
    private let dimension: Int

    init(space: any Space, lanes: Int) {
        self.lanes = (0..<lanes).map { _ in Lane(space: space) }
        dimension = space.dimension
    }

    /// `inputs.count × dimension`, in order.
    ///
    /// - Throws: ``Exit`` where what makes the vectors fails, or refuses one of the inputs.
    func embed(_ inputs: [SpaceInput]) throws -> Matrix {
        guard !inputs.isEmpty else { return Matrix(rows: 0, columns: dimension) }
        let share = (inputs.count + lanes.count - 1) / lanes.count
        let parts = stride(from: 0, to: inputs.count, by: share).map { start in
            Array(inputs[start..<min(start + share, inputs.count)])
        }
        let results = Mutex<[Int: Result<EmbeddedInputs, EmbeddingInterruption>]>([:])
        let group = DispatchGroup()
        for (index, part) in parts.enumerated() {
            let lane = lanes[index]
            lane.queue.async(group: group) {
                let answer = lane.embedder.withLock { embedder in
                    Result { () throws(EmbeddingInterruption) in try embedder.embedEach(part) }
                }
                results.withLock { $0[index] = answer }
            }
        }
        group.wait()
        let answers = try results.withLock { results in try parts.indices.compactMap { try results[$0]?.get() } }
        if let refusal = answers.lazy.flatMap(\.refusals).first?.value { throw Exit(.badInput, refusal.message) }
        let storage = answers.flatMap(\.vectors.storage)
        return Matrix(columns: dimension, storage: storage)
    }
}
