import Foundation
import Kernels
import Streams
import Templates

/// Lines a second of the template miner alone: one thread, in memory, a book that has seen nothing.
enum TemplatesBenchmark {
    /// How often the lines of a system are read.
    private static let rounds = 20

    static func run() throws {
        for (name, lines) in try systems() { measure(name, lines) }
    }

    private static func measure(_ name: String, _ lines: [String]) {
        let all = Array(repeating: lines, count: rounds).flatMap { $0 }
        // One after another, as a file that was read.
        var text: [UInt8] = []
        var ranges: [Range<Int>] = []
        for line in all {
            ranges.append(text.count..<(text.count + line.utf8.count))
            text += line.utf8
        }
        var scanner = LineScanner()
        var templates = 0
        // The least of some runs, as the peers are timed.
        var seconds = Double.infinity
        for _ in 0..<5 {
            var book = TemplateBook()
            let start = Measure.processorSeconds()
            text.withUnsafeBufferPointer { text in
                for range in ranges { _ = book.learn(UnsafeBufferPointer(rebasing: text[range]), with: &scanner) }
            }
            seconds = min(seconds, Measure.processorSeconds() - start)
            templates = book.templates.count
        }
        var figures = [
            ("templates", "\(templates)"), ("lines/s", Measure.rounded(Double(all.count) / seconds)),
            ("MB/s", Measure.rounded(Double(text.count) / seconds / 1e6)),
        ]
        for peer in Peers.templates(all) {
            let rate = Measure.rounded(Double(all.count) / peer.seconds)
            figures.append(("| \(peer.name)", "\(rate) lines/s, ratio \(Measure.rounded(peer.seconds / seconds, 1))"))
        }
        Measure.print("templates, \(name)", figures)
    }

    /// The messages of the systems in the labelled data that `CENTROIDD_DATA` names; without it, lines of our own.
    private static func systems() throws -> [(name: String, lines: [String])] {
        guard let data = ProcessInfo.processInfo.environment["CENTROIDD_DATA"] else { return [("made up", madeUp)] }
        let folder = URL(filePath: data).appending(path: "logs/loghub2k")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix("_structured.csv") }
        return try files.sorted { $0.path < $1.path }.map { file in
            let reader = try TabularReader(path: file.path)
            var lines: [String] = []
            while let row = try reader.next() { lines.append(row["Content"] ?? "") }
            return (file.lastPathComponent.split(separator: "_").first.map(String.init) ?? "", lines)
        }
    }

    private static var madeUp: [String] {
        var generator = SeededGenerator(seed: 7)
        func number(_ bound: UInt64) -> UInt64 { generator.next() % bound }
        return (0..<2_000).map { _ in
            switch number(6) {
            case 0:
                "Accepted connection from 10.0.\(number(9)).\(number(250)):\(number(60_000)) by listener \(number(4))"
            case 1: "GET /api/v1/items/\(number(5_000)) answered \(number(2) * 204 + 200) in \(number(900)) ms"
            case 2: "Received block blk_\(number(1 << 40)) of size \(number(1 << 26)) from /10.1.\(number(250)).7"
            case 3: "session opened for user \(["root", "ann", "bob", "cron"][Int(number(4))]) by (uid=\(number(3)))"
            case 4: "cache of shard \(number(64)) evicted \(number(90_000)) entries, hit rate \(number(100))%"
            default: "disk /dev/sd\(["a", "b", "c"][Int(number(3))])1 is \(number(101))% full, state=0x\(number(4_096))"
            }
        }
    }
}
