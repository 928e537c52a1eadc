import CKernels

/// Order statistics without sorting.
public enum Selection {
    /// The value at place `place` (from 0) of the values in ascending order; values must not be NaN.
    public static func value(at place: Int, of values: UnsafeBufferPointer<Float>) -> Float {
        guard let base = values.baseAddress, values.indices.contains(place) else {
            preconditionFailure("the place must be within the values")
        }
        return VectorMath.kernels.pointee.order_statistic(base, Int64(values.count), Int64(place + 1))
    }

    /// Fills `smallest` with as many of the smallest values as it has room for (at most all), ascending; values must not be
    /// NaN.
    public static func smallest(
        of values: UnsafeBufferPointer<Float>,
        into smallest: UnsafeMutableBufferPointer<Float>
    ) {
        guard !smallest.isEmpty else { return }
        let largest = value(at: smallest.count - 1, of: values)
        var count = 0
        for value in values where value < largest {
            guard count < smallest.count else { break }
            // By insertion: few are asked for.
            var place = count
            while place > 0, smallest[place - 1] > value {
                smallest[place] = smallest[place - 1]
                place -= 1
            }
            smallest[place] = value
            count += 1
        }
        while count < smallest.count {
            smallest[count] = largest
            count += 1
        }
    }
}
