package import Kernels

/// A public table of numbers with the label in the last column, each number scaled to 0...1 by its column's range.
package struct DataTable {
    package var vectors: Matrix
    package var labels: [String]

    /// Reads `path` of the public data folder: CSV with a header, gzip or not.
    package init(_ path: String) throws {
        let text = try SharedData.text(path)
        var rows: [[Float]] = []
        labels = []
        for line in text.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",")
            labels.append(String(fields[fields.count - 1]))
            rows.append(fields.dropLast().map { Float($0) ?? 0 })
        }
        vectors = Matrix(rows)
        for column in 0..<vectors.columns {
            let values = rows.map { $0[column] }
            let low = values.min() ?? 0
            let range = max((values.max() ?? 0) - low, .leastNormalMagnitude)
            for row in rows.indices { vectors.storage[row * vectors.columns + column] = (values[row] - low) / range }
        }
    }
}
