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

    /// `sum += weight · x` over `count` elements, in 64-bit floats.
    package static func add(
        _ x: UnsafePointer<Float>,
        times weight: Double,
        to sum: UnsafeMutablePointer<Double>,
        count: Int
    ) {
        kernels.pointee.add_widened(sum, x, weight, Int64(count))
    }
}
