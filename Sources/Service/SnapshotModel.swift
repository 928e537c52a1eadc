public import Clustering
import Foundation
public import Pipeline
import Streams

/// A model, and the states of entities where they are clustered, kept in one file between runs of `pipe`.
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
            for entry in entries where !EntitySnapshot.isEntity(entry.key) {
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

    /// The entities; nil where there is no file or none in it.
    ///
    /// - Throws: ``Exit`` as ``load()`` does.
    public func loadEntities() throws -> EntitySnapshot? {
        do throws(StreamError) {
            guard let entries = try file.read() else { return nil }
            let snapshot = EntitySnapshot(entries: entries.map { .init(key: $0.key, value: $0.value) })
            return snapshot.entries.isEmpty ? nil : snapshot
        } catch {
            throw Exit(.badInput, error.message)
        }
    }

    /// Whether it can be saved later on, so that it is not the end of a long run that tells.
    ///
    /// - Throws: ``Exit`` where its folder is not there or not to be written to.
    public func checkFolder() throws {
        do throws(StreamError) {
            try file.checkFolder()
        } catch {
            throw Exit(.usage, error.message)
        }
    }

    /// Replaces the file, atomically.
    public func save(_ model: Model, entities: EntitySnapshot? = nil) throws {
        let parts = try ModelCodec.entries(of: model, sourceOffsets: [:]).compactMap { entry in
            entry.value.map { SnapshotFile.Entry(key: Array(entry.key.utf8), value: $0) }
        }
        let states = entities?.entries.map { SnapshotFile.Entry(key: $0.key, value: $0.value) } ?? []
        do throws(StreamError) {
            try file.write(parts + states)
        } catch {
            throw Exit(.tryAgain, error.message)
        }
    }
}
