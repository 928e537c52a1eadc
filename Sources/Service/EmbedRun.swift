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
        /// `{"tokens":[…],"vector":[…]}`
        case json
        /// Raw little-endian 32-bit floats.
        case f32
    }

    private struct Line: Encodable {
        var tokens: [Int32]?
        var vector: [Float]
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
        try settings.refuseSessions(in: "embed")
        let space = try settings.makeSpace()
        let stage = ParallelEmbedder(space: space, lanes: lanes)
        let decoder = settings.decoder(for: space)
        let consumer = try FileLog(inputs: [.standardInput]).makeConsumer(group: "embed")
        try consumer.subscribe(to: [], listener: WholeFiles())
        defer { consumer.close() }
        while true {
            let polled = try consumer.poll(
                maximum: Self.recordsPerLane * lanes,
                maximumBytes: 64 << 20,
                timeout: .milliseconds(250)
            )
            let inputs = try polled.records.map { record in
                try decoder.decode(record).mapError { rejection in
                    Exit(.badInput, "line \(record.offset + 1): \(rejection.message)")
                }.get()
            }
            try write(inputs, try stage.embed(inputs), space: space)
            bar.update(Int(polled.records.last?.offset ?? 0) + 1)
            if polled.finished { return }
        }
    }

    private func write(_ inputs: [SpaceInput], _ vectors: Matrix, space: any Space) throws {
        var output = Data()
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        for (row, input) in inputs.enumerated() {
            switch format {
            case .f32:
                for value in vectors[row: row] {
                    withUnsafeBytes(of: value.bitPattern.littleEndian) { output.append(contentsOf: $0) }
                }
            case .json:
                var tokens: [Int32]?
                if case .text(let text) = input { tokens = (space as? any TokenizingSpace)?.tokenIDs(of: text) }
                output += try encoder.encode(Line(tokens: tokens, vector: Array(vectors[row: row])))
                output.append(UInt8(ascii: "\n"))
            }
        }
        do {
            try FileHandle.standardOutput.write(contentsOf: output)
        } catch {
            throw Exit(.noInput, "standard output was closed")
        }
    }
}
