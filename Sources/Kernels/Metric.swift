/// How far apart two vectors are.
public enum Metric: String, Sendable, Codable, CaseIterable {
    /// `1 - a·b` for unit vectors: from 0 (same direction) to 2 (opposite).
    case cosine
    /// `‖a - b‖`, the straight-line distance.
    case euclidean

    /// The distance of two vectors of `count` elements.
    public func distance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        switch self {
        case .cosine: max(0, 1 - VectorMath.dot(a, b, count: count))
        case .euclidean: VectorMath.squaredDistance(a, b, count: count).squareRoot()
        }
    }

    /// The distance of two vectors; both must have the same number of elements.
    public func distance(_ a: [Float], _ b: [Float]) -> Float {
        precondition(a.count == b.count, "vectors of different lengths")
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let left = a.baseAddress, let right = b.baseAddress else { return 0 }
                return distance(left, right, count: a.count)
            }
        }
    }
}
