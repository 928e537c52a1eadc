import CKernels
import COneDNN

/// Rows of activations as bytes, each row with a step and a lowest value of its own. Memory is allocated once and only
/// grows.
///
/// What a row becomes depends on that row alone.
public final class QuantisedRows {
    /// The steps between a row's lowest and highest value.
    static let levels: Int32 = 255

    private let bytes = ScratchBuffer<UInt8>()
    private let scales = ScratchBuffer<centroidd_row_scale>()
    private var rows = 0
    /// The number of elements of a row.
    public let columns: Int

    /// No rows of `columns` elements yet.
    public init(columns: Int) {
        self.columns = columns
    }

    /// Makes room for at least `rows` rows; growing loses what was held.
    public func reserve(rows: Int) {
        // Rows beyond, whose content does not matter, so that products run over whole steps of rows.
        self.rows = max(rows + CENTROIDD_INT8_STEP - 1, self.rows)
    }

    func row(_ row: Int) -> UnsafeMutablePointer<UInt8> { bytes.reserve(rows * columns) + row * columns }

    func scale(_ row: Int) -> UnsafeMutablePointer<centroidd_row_scale> { scales.reserve(rows) + row }

    /// Quantises the `count` rows of `x` (`count × columns`, below 10³⁸ in magnitude) into the rows from `first` on.
    public func quantise(_ x: UnsafePointer<Float>, first: Int, count: Int) {
        VectorMath.kernels.pointee.quantise(row(first), scale(first), x, Int64(count), Int64(columns), Self.levels)
    }
}
