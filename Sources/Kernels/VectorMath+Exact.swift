import CKernels

extension VectorMath {
    /// `‖a - b‖²` over `count` elements, in 64-bit floats.
    package static func exactSquaredDistance(
        _ a: UnsafePointer<Float>,
        _ b: UnsafePointer<Float>,
        count: Int
    ) -> Double {
        kernels.pointee.exact_squared_distance(a, b, Int64(count))
    }
}
