import Foundation
import Testing

/// A folder that lives as long as the test that made it.
final class ScratchFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "centroidd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: url)
    }

    /// Writes a file and returns its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = url.appending(path: name)
        try Data(bytes).write(to: file)
        return file.path
    }

    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    /// Compresses with the system's gzip: a second implementation, so that reading is not tested against itself.
    func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
        let path = try write("plain-\(UUID().uuidString)", bytes)
        let stream = try #require(popen("gzip -c '\(path)'", "r"))
        var compressed: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            if count == 0 { break }
            compressed += chunk.prefix(count)
        }
        try #require(pclose(stream) == 0)
        return compressed
    }
}
