/// A dense `rows × columns` matrix of 32-bit floats, row-major in one contiguous array.
public struct Matrix: Sendable, Equatable {
    /// The number of rows, `n`.
    public private(set) var rows: Int
    /// The number of columns, `d`.
    public let columns: Int
    /// The `rows * columns` elements, row after row.
    public var storage: [Float]

    /// A matrix filled with one value.
    public init(rows: Int, columns: Int, repeating value: Float = 0) {
        self.rows = rows
        self.columns = columns
        storage = Array(repeating: value, count: rows * columns)
    }

    /// A matrix over existing elements; `storage.count` must be a multiple of `columns`.
    public init(columns: Int, storage: [Float]) {
        precondition(columns > 0 && storage.count % columns == 0, "storage does not fill whole rows")
        rows = storage.count / columns
        self.columns = columns
        self.storage = storage
    }

    /// The elements of one row.
    public subscript(row row: Int) -> ArraySlice<Float> {
        storage[row * columns..<(row + 1) * columns]
    }

    /// Adds one row at the end; `row.count` must equal `columns`.
    public mutating func append(row: some Collection<Float>) {
        precondition(row.count == columns, "a row must have as many elements as the matrix has columns")
        storage.append(contentsOf: row)
        rows += 1
    }
}
