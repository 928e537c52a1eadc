import Dispatch
import Embedding
import Foundation
import Kernels
import Pipeline
public import Settings
import Streams

/// `centroidd embed`: a vector a line, in the order of the input.
public struct EmbedRun: Sendable {
    /// How vectors are written.
    public enum Format: String, Sendable, CaseIterable {
        /// `{"tokens":[…],"vector":[…]}`; of sessions, `{"session":"…","start":…,"end":…,"vector":[…]}`
        case json
        /// Raw little-endian 32-bit floats.
        case f32
    }

    private struct Line: Encodable {
        var tokens: [Int32]?
        var session: String?
        var start, end: Int64?
        var vector: [Float] = []
    }

    /// Records that one lane embeds at a time.
    private static let recordsPerLane = 64

    private let settings: Settings
    private let format: Format
    private let lanes: Int

    /// An embedding run; `threads` nil uses all processors.
    public init(settings: Settings, format: Format, threads: Int?) {
        self.settings = settings
        self.format = format
        lanes = max(1, threads ?? settings.lanes)
    }

    /// Embeds standard input to standard output; a line that cannot be embedded ends the run.
    ///
    /// - Throws: ``Exit``.
    public func run(quiet: Bool) throws {
        let bar = ProgressBar("embedding", total: nil, quiet: quiet)
        defer { bar.finish() }
        let space = try settings.makeSpace()
        let stage = ParallelEmbedder(space: space, lanes: lanes)
        let decoder = settings.decoder(for: space)
        let consumer = try FileLog(inputs: [.standardInput]).makeConsumer(group: "embed")
        try consumer.subscribe(to: [], listener: WholeFiles())
        defer { consumer.close() }
        var sessions: SessionGathering?
        if let space = space as? SessionSpace, let options = settings.sessionOptions {
            sessions = SessionGathering(space: space, options: options)
        }
        while true {
            let polled = try consumer.poll(
                maximum: Self.recordsPerLane * lanes,
                maximumBytes: 64 << 20,
                timeout: .milliseconds(250)
            )
            let inputs = try polled.records.map { record in
                do throws(InputRejection) {
                    let input = try decoder.decode(record).get()
                    if case .text(let line) = input { try sessions?.take(record, line: line) }
                    return input
                } catch {
                    throw Exit(.badInput, "line \(record.offset + 1): \(error.message)")
                }
            }
            bar.update(Int(polled.records.last?.offset ?? 0) + 1)
            if sessions == nil {
                try write(try stage.embed(inputs)) { row in
                    guard case .text(let text) = inputs[row] else { return Line() }
                    return Line(tokens: (space as? any TokenizingSpace)?.tokenIDs(of: text))
                }
            }
            if polled.finished { break }
        }
        guard let found = sessions?.finish() else { return }
        try write(found.vectors) { row in
            let session = found.sessions[row]
            return Line(session: session.name, start: session.start, end: session.end)
        }
    }

    /// Writes vectors, each beside what is said of it.
    private func write(_ vectors: Matrix, beside line: (Int) -> Line) throws {
        var output = Data()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for row in 0..<vectors.rows {
            switch format {
            case .f32:
                for value in vectors[row: row] {
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { output.append(contentsOf: $0) }
                }
            case .json:
                var line = line(row)
                line.vector = Array(vectors[row: row])
                output += try encoder.encode(line)
                output.append(UInt8(ascii: "\n"))
            }
        }
        try StandardOutput.write(output)
    }
}
