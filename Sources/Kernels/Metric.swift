/// How far apart two vectors are.
public enum Metric: String, Sendable, Codable, CaseIterable {
    /// `1 - a·b` for unit vectors: from 0 (same direction) to 2 (opposite).
    case cosine
    /// `‖a - b‖`, the straight-line distance.
    case euclidean
}
