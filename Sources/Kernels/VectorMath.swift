import CKernels

/// Arithmetic on single vectors, through the fastest instructions of this processor.
///
/// The result of a sum depends on the operands alone, not on where they lie in memory.
public enum VectorMath {
    // Unsafe is sound: the table is constant data of the program, written by nobody.
    nonisolated(unsafe) static let kernels: UnsafePointer<centroidd_kernel_table> = centroidd_kernels()

    /// `a · b` over `count` elements.
    public static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        kernels.pointee.dot(a, b, Int64(count))
    }

    /// `‖a - b‖²` over `count` elements.
    public static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int) -> Float {
        kernels.pointee.squared_distance(a, b, Int64(count))
    }

    /// `sum += weight · x` over `count` elements.
    public static func add(
        _ x: UnsafePointer<Float>,
        times weight: Float,
        to sum: UnsafeMutablePointer<Float>,
        count: Int
    ) {
        kernels.pointee.add_scaled(sum, x, weight, Int64(count))
    }

    /// `sum += rows[i]` for each of `ids`, rows of `columns` elements in `table`.
    public static func addRows(
        _ ids: [Int32],
        of table: UnsafePointer<Float>,
        to sum: UnsafeMutablePointer<Float>,
        columns: Int
    ) {
        kernels.pointee.add_rows(sum, table, ids, Int64(ids.count), Int64(columns))
    }

    /// Writes `x` rounded to bfloat16 (to nearest, ties to even); returns the length of `x` and that of what was lost.
    static func narrow(
        _ x: UnsafePointer<Float>,
        to narrow: UnsafeMutablePointer<UInt16>,
        count: Int
    ) -> (length: Float, lost: Float) {
        var squares = centroidd_narrowing()
        kernels.pointee.narrow(narrow, &squares, x, Int64(count))
        return (squares.length.squareRoot(), squares.lost.squareRoot())
    }

    /// `x *= factor` over `count` elements.
    public static func scale(_ x: UnsafeMutablePointer<Float>, by factor: Float, count: Int) {
        kernels.pointee.scale(x, factor, Int64(count))
    }

    /// Makes `x` of unit length in place and returns the length it had; a zero vector stays as it is.
    @discardableResult
    public static func normalise(_ x: UnsafeMutablePointer<Float>, count: Int) -> Float {
        let length = dot(x, x, count: count).squareRoot()
        if length > 0 { scale(x, by: 1 / length, count: count) }
        return length
    }

    /// `a · b`; both must have the same number of elements.
    public static func dot(_ a: [Float], _ b: [Float]) -> Float {
        precondition(a.count == b.count, "vectors of different lengths")
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
                return dot(x, y, count: a.count)
            }
        }
    }

    /// `‖a - b‖²`; both must have the same number of elements.
    public static func squaredDistance(_ a: [Float], _ b: [Float]) -> Float {
        precondition(a.count == b.count, "vectors of different lengths")
        return a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                guard let x = a.baseAddress, let y = b.baseAddress else { return 0 }
                return squaredDistance(x, y, count: a.count)
            }
        }
    }

    /// `‖x‖`.
    public static func norm(_ x: [Float]) -> Float {
        dot(x, x).squareRoot()
    }

    /// Makes `x` of unit length in place and returns the length it had; a zero vector stays as it is.
    @discardableResult
    public static func normalise(_ x: inout [Float]) -> Float {
        x.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return normalise(base, count: buffer.count)
        }
    }

    /// Makes every row of `matrix` of unit length in place; zero rows stay as they are.
    public static func normaliseRows(_ matrix: inout Matrix) {
        let (rows, columns) = (matrix.rows, matrix.columns)
        matrix.storage.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<rows { normalise(base + row * columns, count: columns) }
        }
    }
}
