import Embedding
import Kernels
import Synchronization

/// Turns the figures of entities into vectors, on the publisher's queue: cheap beside the states they come from.
final class EntityEmbedder: Sendable {
    private let space: any Space
    private let names: [String]
    /// Belongs to the publisher's queue; the mutex is never contended.
    private let lane: Mutex<any EmbeddingLane>

    init(space: any Space, options: EntityOptions) {
        self.space = space
        names = options.aggregates.map(\.name)
        lane = Mutex(space.makeLane())
    }

    /// What the lane embeds of figures in the order of the aggregates; the one place where figures become a record.
    func input(_ figures: [Double?]) throws(InputRejection) -> SpaceInput {
        guard space.layout != nil else { return try space.input(from: .numbers(figures.map { $0 ?? .nan })) }
        let fields = zip(names, figures).compactMap { name, figure in figure.map { (name, FeatureValue.number($0)) } }
        return try space.input(from: .fields(Dictionary(fields, uniquingKeysWith: { $1 })))
    }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        guard !inputs.isEmpty else { return Matrix(rows: 0, columns: space.dimension) }
        return lane.withLock { $0.embed(inputs) }
    }
}
