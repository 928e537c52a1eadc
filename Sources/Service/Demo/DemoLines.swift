import Foundation
import Streams

/// Where the demo's log lines come from.
struct DemoLines: Sendable {
    /// Named for the person who watches.
    var origin: String
    /// The lines, in order; empty where they are made as they are needed.
    var lines: [[UInt8]]
    /// Makes lines without end; nil where there are real ones.
    var generator: LogGenerator?

    /// Fewer lines than this show nothing.
    private static let enough = 500
    private static let atMost = 200_000

    /// The lines of the files named or, without names, of this machine's journal or log files; made-up traffic where
    /// there are too few.
    static func find(files: [String], seed: UInt64) throws -> DemoLines {
        if !files.isEmpty {
            let lines = try files.flatMap { try read($0) }
            return DemoLines(origin: files.joined(separator: ", "), lines: lines)
        }
        let journal = journalLines()
        if journal.count >= enough { return DemoLines(origin: "this machine's journal", lines: journal) }
        let (names, lines) = logFiles()
        if lines.count >= enough { return DemoLines(origin: names.joined(separator: ", "), lines: lines) }
        return DemoLines(
            origin: "a generator (this machine has no logs that can be read)",
            lines: [],
            generator: LogGenerator(seed: seed)
        )
    }

    /// The lines of one file, gzip or not.
    private static func read(_ path: String) throws -> [[UInt8]] {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw Exit(.noInput, "\(path): no such file, or it cannot be read")
        }
        let consumer = try FileLog(inputs: [.file(path)]).makeConsumer(group: "demo")
        try consumer.subscribe(to: [], listener: WholeFiles())
        defer { consumer.close() }
        var lines: [[UInt8]] = []
        while lines.count < atMost {
            let polled = try consumer.poll(maximum: 10_000, maximumBytes: 64 << 20, timeout: .milliseconds(100))
            lines += polled.records.compactMap(\.value).filter { !$0.isEmpty }
            if polled.finished { break }
        }
        return lines
    }

    private static func journalLines() -> [[UInt8]] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["journalctl", "--no-pager", "--output", "short-iso", "--lines", "50000", "--quiet"]
        let pipe = Foundation.Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return [] }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return output.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    }

    private static func logFiles() -> (names: [String], lines: [[UInt8]]) {
        let known = ["syslog", "messages", "auth.log", "kern.log", "daemon.log", "dpkg.log", "apt/history.log"]
        var names: [String] = []
        var lines: [[UInt8]] = []
        for name in known {
            let path = "/var/log/\(name)"
            guard let found = try? read(path), !found.isEmpty else { continue }
            names.append(path)
            lines += found
        }
        return (names, lines)
    }
}
