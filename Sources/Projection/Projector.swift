public import Kernels

/// A map into fewer dimensions that was fitted to vectors and takes new ones.
public protocol Projector: Sendable {
    /// The number of dimensions it maps from, `d`.
    var inputs: Int { get }
    /// The number of dimensions it maps to, `e`.
    var outputs: Int { get }

    /// Maps `m × d` new vectors to `m × e`.
    func transform(_ vectors: Matrix, lanes: Lanes) -> Matrix
}
