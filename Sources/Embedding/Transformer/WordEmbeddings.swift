import Foundation

/// The table of word embeddings: left in the mapped file where it is in 32-bit floats, since a batch reads few rows.
struct WordEmbeddings: Sendable {
    private enum Storage: Sendable {
        case mapped(Data, offset: Int)
        case converted([Float])
    }

    private let storage: Storage
    private let columns: Int

    init(_ file: Safetensors, name: String, rows: Int, columns: Int) throws(EmbeddingError) {
        self.columns = columns
        if let range = try file.mappedRange(name, shape: [rows, columns]) {
            storage = .mapped(file.data, offset: range.lowerBound)
        } else {
            storage = .converted(try file.floats(name, shape: [rows, columns]))
        }
    }

    /// Copies the rows of `ids`, which must be below the number of rows, to `target` one after another.
    func copy(_ ids: ArraySlice<Int32>, to target: UnsafeMutablePointer<Float>) {
        let width = columns * MemoryLayout<Float>.stride
        func copy(from base: UnsafeRawPointer) {
            for (row, id) in ids.enumerated() {
                UnsafeMutableRawPointer(target + row * columns)
                    .copyMemory(from: base + Int(id) * width, byteCount: width)
            }
        }
        switch storage {
        case .mapped(let data, let offset):
            data.withUnsafeBytes { if let base = $0.baseAddress { copy(from: base + offset) } }
        case .converted(let rows):
            rows.withUnsafeBytes { if let base = $0.baseAddress { copy(from: base) } }
        }
    }
}
