/// Order statistics without sorting.
public enum Selection {
    /// Rearranges `values` so that the `count` smallest come first, in no particular order, the largest of these at place
    /// `count - 1` (quickselect, Hoare 1961, with the middle of three as the pivot).
    ///
    /// - Parameter count: from 1 to the number of values; values must not be NaN.
    public static func smallestFirst(_ values: UnsafeMutableBufferPointer<Float>, count: Int) {
        precondition(count >= 1 && count <= values.count, "the place must be within the values")
        let place = count - 1
        var low = 0
        var high = values.count - 1
        while low < high {
            let pivot = middle(values[low], values[(low + high) / 2], values[high])
            var left = low
            var right = high
            while left <= right {
                while values[left] < pivot { left += 1 }
                while values[right] > pivot { right -= 1 }
                if left <= right {
                    let held = values[left]
                    values[left] = values[right]
                    values[right] = held
                    left += 1
                    right -= 1
                }
            }
            if place <= right { high = right } else if place >= left { low = left } else { return }
        }
    }

    private static func middle(_ a: Float, _ b: Float, _ c: Float) -> Float {
        max(min(a, b), min(max(a, b), c))
    }
}
