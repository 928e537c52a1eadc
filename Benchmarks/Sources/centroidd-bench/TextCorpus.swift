import Foundation
import Kernels

/// Texts to embed: real ones where the data is there, made-up ones where not.
struct TextCorpus {
    /// What they are.
    var name: String
    /// One after another.
    var texts: [String]

    private static let root = ProcessInfo.processInfo.environment["CENTROIDD_DATA"] ?? "../shared/data"

    /// Different log lines in a random order: of Loghub's sixteen systems.
    static func logLines(_ count: Int) -> TextCorpus {
        let folder = "\(root)/logs/loghub2k"
        let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter {
            $0.hasSuffix(".log")
        }
        let lines = files.sorted().flatMap { Self.lines(of: "\(folder)/\($0)") }
        guard lines.count >= 1000 else {
            return TextCorpus(name: "made-up log lines", texts: EmbeddingBenchmark.texts(count, words: 20))
        }
        return TextCorpus(name: "log lines (Loghub)", texts: drawn(count, of: lines))
    }

    /// Paragraphs of about 120 tokens: questions of StackOverflow, a dozen each.
    static func paragraphs(_ count: Int) -> TextCorpus {
        let titles = titles()
        guard titles.count >= 1000 else {
            return TextCorpus(name: "made-up paragraphs", texts: EmbeddingBenchmark.texts(count, words: 120))
        }
        let chosen = drawn(count * 12, of: titles)
        let texts = (0..<count).map { index in
            (0..<12).map { chosen[(index * 12 + $0) % chosen.count] }.joined(separator: ". ")
        }
        return TextCorpus(name: "paragraphs (StackOverflow)", texts: texts)
    }

    private static func titles() -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["gzip", "-dc", "\(root)/text/stackoverflow.tsv.gz"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return [] }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let rows = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).dropFirst()
        return rows.compactMap { row in
            row.split(separator: Character("\t")).max { $0.count < $1.count }.map { String($0) }
        }
    }

    private static func lines(of file: String) -> [String] {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
            .split(whereSeparator: \.isNewline).map(String.init)
    }

    /// `count` texts without repetition as far as they go, in an order that is always the same.
    private static func drawn(_ count: Int, of texts: [String]) -> [String] {
        var seen: Set<String> = []
        var pool = texts.filter { seen.insert($0).inserted }
        var generator = SeededGenerator(seed: 7)
        for last in stride(from: pool.count - 1, to: 0, by: -1) {
            pool.swapAt(last, Int(generator.next() % UInt64(last + 1)))
        }
        return (0..<count).map { pool[$0 % pool.count] }
    }

    /// As a file of one text a line, for the peers.
    func write(to file: URL) throws {
        try Data((texts.joined(separator: "\n") + "\n").utf8).write(to: file)
    }
}
