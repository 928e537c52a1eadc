import Embedding
import Foundation
import Kernels
import Pipeline
import Streams
import Synchronization

/// A space small enough to reason about: a text's vector depends on its first letter, `a` to `h`, plus a little of the
/// rest.
struct ToySpace: Space {
    let dimension = 8
    let metric = Metric.cosine
    let identity = "toy"
    /// How long a batch takes, to build up pressure.
    var delay: TimeInterval = 0

    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        guard case .text(let text) = value else { throw InputRejection(.wrongType, "text is expected") }
        return .text(text)
    }

    func makeLane() -> any EmbeddingLane { ToyLane(delay: delay) }
}

private final class ToyLane: EmbeddingLane {
    private let delay: TimeInterval

    init(delay: TimeInterval) { self.delay = delay }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        if delay > 0 { Thread.sleep(forTimeInterval: delay) }
        var matrix = Matrix(rows: 0, columns: 8)
        for input in inputs {
            guard case .text(let text) = input else { continue }
            var vector = [Float](repeating: 0, count: 8)
            let bytes = Array(text.utf8)
            vector[Int(bytes[0] &- 97) & 7] = 1
            for (index, byte) in bytes.enumerated() { vector[index & 7] += Float(byte & 15) * 0.002 }
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            matrix.append(row: vector.map { $0 / norm })
        }
        return matrix
    }
}

/// The same vectors under another name.
struct OtherSpace: Space {
    let dimension = 8
    let metric = Metric.cosine
    let identity = "other-space"

    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try ToySpace().input(from: value) }
    func makeLane() -> any EmbeddingLane { ToySpace().makeLane() }
}
