public import Kernels

/// Records that hold ready-made vectors: as a JSON array, in base64, or as raw little-endian 32-bit floats.
public struct VectorSpace: Space {
    /// The number of elements that every record must hold.
    public let dimension: Int
    /// The metric; under the cosine every vector is brought to unit length.
    public let metric: Metric
    /// Dimension and metric: the way a vector is written does not change it.
    public let identity: String
    private let encoding: VectorEncoding

    /// A space of `dimension` elements, which must be positive.
    public init(dimension: Int, metric: Metric = .cosine, encoding: VectorEncoding = .automatic) {
        precondition(dimension > 0, "a vector space needs a positive dimension")
        self.dimension = dimension
        self.metric = metric
        self.encoding = encoding
        identity = "vector:\(dimension):\(metric.rawValue)"
    }

    /// Takes a vector of the right dimension without NaN or infinities, and not all zero under the cosine.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        var vector = try VectorReader.read(value, encoding: encoding, dimension: dimension)
        guard vector.count == dimension else {
            throw InputRejection(.wrongDimension, "the vector has \(vector.count) elements; expected \(dimension)")
        }
        if let index = vector.firstIndex(where: { !$0.isFinite }) {
            throw InputRejection(.notFinite, "element \(index) is \(vector[index]); expected a finite 32-bit float")
        }
        if metric == .cosine { try Self.normalise(&vector) }
        return .vector(vector)
    }

    /// To unit length, whatever the magnitude: squares of very large or small elements leave the range of floats, so
    /// the largest element is brought to one first.
    private static func normalise(_ vector: inout [Float]) throws(InputRejection) {
        let largest = vector.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else {
            throw InputRejection(.notFinite, "all elements are zero, which has no direction under the cosine metric")
        }
        if largest > 1e15 || largest < 1e-15 { for index in vector.indices { vector[index] /= largest } }
        VectorMath.normalise(&vector)
    }

    /// A lane, which only gathers rows.
    public func makeLane() -> any EmbeddingLane {
        VectorLane(dimension: dimension)
    }
}

/// Gathers vectors that are ready made; text, which a vector space never lets in, stays a zero row.
final class VectorLane: EmbeddingLane {
    private let dimension: Int

    init(dimension: Int) {
        self.dimension = dimension
    }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        var result = Matrix(rows: inputs.count, columns: dimension)
        for (row, input) in inputs.enumerated() {
            guard case .vector(let vector) = input, vector.count == dimension else { continue }
            result.storage.replaceSubrange(row * dimension..<(row + 1) * dimension, with: vector)
        }
        return result
    }
}
