public import Clustering
import Foundation
import Streams

/// A model kept in one file between runs of `pipe`.
public struct SnapshotModel: Sendable {
    private let file: SnapshotFile

    /// A snapshot at a path; the file need not exist yet.
    public init(path: String) { file = SnapshotFile(path: path) }

    /// The model; nil where there is no file.
    ///
    /// - Throws: ``Exit`` for a file that is truncated, damaged or of another kind; it is left as it is.
    public func load() throws -> Model? {
        do {
            guard let entries = try file.read() else { return nil }
            var parts: [String: [UInt8]] = [:]
            for entry in entries {
                guard let key = String(validating: entry.key, as: UTF8.self) else { continue }
                parts[key] = entry.value
            }
            return try ModelCodec.decode(parts).model
        } catch let error as StreamError {
            throw Exit(.badInput, "\(error.message)")
        } catch {
            throw Exit(.badInput, "\(file.path): \(error)")
        }
    }

    /// Replaces the file, atomically.
    public func save(_ model: Model) throws {
        let entries = try ModelCodec.entries(of: model, sourceOffsets: [:])
        try file.write(
            entries.compactMap { entry in
                entry.value.map { SnapshotFile.Entry(key: Array(entry.key.utf8), value: $0) }
            }
        )
    }
}
