import Kernels

/// How the columns of numbers are made comparable before they are grouped.
public enum ColumnScale: String, Sendable, CaseIterable {
    /// They are taken as they are.
    case none
    /// Each has mean 0 and standard deviation 1.
    case standard
    /// Each goes from 0 to 1.
    case range

    /// Scales the columns in place; one that never changes becomes 0.
    func apply(to matrix: inout Matrix) {
        guard self != .none, matrix.rows > 0 else { return }
        let columns = matrix.columns
        for column in 0..<columns {
            let values = stride(from: column, to: matrix.storage.count, by: columns).map { Double(matrix.storage[$0]) }
            let (offset, width) = self == .range ? Self.range(values) : Self.moments(values)
            for row in 0..<matrix.rows {
                let scaled = width > 0 ? (values[row] - offset) / width : 0
                matrix.storage[row * columns + column] = Float(scaled)
            }
        }
    }

    private static func range(_ values: [Double]) -> (Double, Double) {
        let low = values.min() ?? 0
        return (low, (values.max() ?? 0) - low)
    }

    private static func moments(_ values: [Double]) -> (Double, Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let square = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, square.squareRoot())
    }
}
