import Embedding
import Kernels
import Pipeline
import Settings
import Streams

/// All rows of a file as vectors, in memory.
struct VectorTable {
    /// The vectors of the rows that could be used, `n × d`.
    var vectors: Matrix
    /// The place of each vector among the rows of the file, from 0.
    var rows: [Int] = []
    /// The number of rows in the file.
    var rowCount = 0
    /// The true group of each vector, where there is such a column.
    var truth: [String?] = []
    /// What each vector was made of, cut short; for people.
    var texts: [String] = []
    /// Rows that could not be used.
    var refused = 0
    /// Why the first of them could not.
    var firstRefusal: String?
    /// The sessions that the vectors are of, where rows are their events; there is then a "row" for each.
    var sessions: [SessionGathering.Session] = []

    /// Rows that are embedded at a time, for each lane.
    private static let block = 256
    private static let textLength = 80

    /// Reads and embeds a file.
    ///
    /// - Throws: ``Exit`` where the file cannot be read to its end, or none of its rows can be used.
    init(_ table: LabelledTable, space: any Space, bar: ProgressBar) throws {
        vectors = Matrix(rows: 0, columns: space.dimension)
        if let space = space as? SessionSpace {
            try gather(table, space, bar)
            return
        }
        let embedder = ParallelEmbedder(space: space, lanes: ProcessorCount.active)
        let decoder = table.settings.decoder(for: space)
        let size = Self.block * ProcessorCount.active
        var inputs: [SpaceInput] = []
        var storage: [Float] = []
        func embed() throws {
            storage += try embedder.embed(inputs).storage
            inputs.removeAll(keepingCapacity: true)
            bar.update(rowCount)
        }
        while let row = try Self.next(table.reader) {
            defer { rowCount += 1 }
            let value = table.columns.value(of: row)
            let record = Record(
                source: TopicPartition(topic: LabelledLog.topic, partition: 0),
                offset: Int64(rowCount),
                value: value
            )
            switch decoder.decode(record) {
            case .failure(let rejection):
                refuse(row, of: table, rejection)
            case .success(let input):
                inputs.append(input)
                rows.append(rowCount)
                truth.append(table.columns.truth(of: row).label)
                texts.append(Self.beginning(of: value))
                if inputs.count == size { try embed() }
            }
        }
        try embed()
        vectors = Matrix(columns: space.dimension, storage: storage)
        guard vectors.rows > 0 else {
            throw Exit(.badInput, firstRefusal ?? "\(table.reader.path) holds no rows")
        }
    }

    private static func beginning(of value: [UInt8]) -> String {
        String(String(decoding: value.prefix(4 * textLength), as: UTF8.self).prefix(textLength))
    }

    /// Notes a row that cannot be used.
    mutating func refuse(_ row: TabularRow, of table: LabelledTable, _ rejection: InputRejection) {
        refused += 1
        if firstRefusal == nil {
            let reason = table.columns.fault(in: row) ?? rejection.message
            firstRefusal = "\(table.reader.path), line \(row.line): \(reason)"
        }
    }

    /// The next row; nil at the end.
    ///
    /// - Throws: ``Exit`` where the file cannot be read on.
    static func next(_ reader: TabularReader) throws -> TabularRow? {
        do throws(StreamError) {
            return try reader.next()
        } catch {
            throw Exit(.badInput, error.message)
        }
    }
}
