import Dispatch
import Embedding
import Foundation
import Kernels
import Synchronization

/// The transformer beside ONNX Runtime, OpenVINO, sentence-transformers and Hugging Face's tokenizers: same texts, same
/// minute, same number of threads.
enum PeerComparison {
    /// Where `make bench-peers` put the model in the peers' own formats.
    private static let graphs = Peers.folder.appending(path: ".venv/graphs").path

    /// Times of both precisions, with one thread and with two. Medians of five.
    static func run(model: String) throws {
        let corpora = [TextCorpus.logLines(256), TextCorpus.paragraphs(128)]
        let integers = ["onnxruntime-int8", "openvino-int8"]
        let floats = ["onnxruntime-f32", "openvino-f32", "sentence-transformers"]
        for threads in [1, 2] {
            for corpus in corpora { try compare(model, .int8, corpus, threads: threads, integers) }
            for corpus in corpora { try compare(model, .f32, corpus, threads: threads, floats) }
        }
    }

    private static func compare(
        _ model: String,
        _ precision: Precision,
        _ corpus: TextCorpus,
        threads: Int,
        _ peers: [String]
    ) throws {
        let space = try TransformerTextSpace(folder: model, precision: precision)
        let lengths = corpus.texts.map { space.tokenIDs(of: $0).count }
        let tokens = Double(lengths.reduce(0, +))
        let operations = EmbeddingBenchmark.operations(hidden: 384, wide: 1536, layers: 6, lengths: lengths)
        let peak = precision == .int8 ? Peak.int8Gigaops() : Peak.gigaflops()
        let seconds = threads == 1 ? one(space, corpus.texts) : several(space, corpus.texts, threads)
        let share = peak.map { Measure.rounded(operations / seconds / 1e9 / $0 / Double(threads), 2) } ?? "unknown"
        var figures = [("tokens/s", Measure.rounded(tokens / seconds)), ("of peak", share)]
        let files = try Folder()
        try corpus.write(to: files["texts"])
        try vectors(of: corpus.texts, model).withUnsafeBytes { try Data($0).write(to: files["reference"]) }
        for peer in peers {
            let arguments = [
                peer, "--model", model, "--onnx", graphs, "--texts", files["texts"].path, "--threads", "\(threads)",
                "--reference", files["reference"].path,
            ]
            guard let answer = Peers.answer("embedding.py", arguments), let time = answer["seconds"] else { continue }
            let cosine = answer["cosine"].map { ", cosine \(Measure.rounded($0, 4))" } ?? ""
            figures.append(
                ("| \(peer)", "\(Measure.rounded(tokens / time)), ratio \(Measure.rounded(time / seconds, 2))\(cosine)")
            )
        }
        Measure.print("\(precision.rawValue), \(corpus.name), \(threads) thread\(threads == 1 ? "" : "s")", figures)
    }

    private static func one(_ space: TransformerTextSpace, _ texts: [String]) -> Double {
        let lane = space.makeLane()
        let inputs = texts.map { SpaceInput.text($0) }
        return Measure.median { _ = lane.embed(inputs) }
    }

    /// Wall seconds where each of some threads takes the next 16 texts when it is done, as the daemon's lanes do.
    static func several(
        _ space: TransformerTextSpace,
        _ texts: [String],
        _ threads: Int,
        repeats: Int = 5
    ) -> Double {
        let parts = stride(from: 0, to: texts.count, by: 16).map { start in
            texts[start..<min(start + 16, texts.count)].map { SpaceInput.text($0) }
        }
        let lanes = (0..<threads).map { _ in LaneBox(lane: space.makeLane()) }
        let next = Atomic(0)
        return Measure.wallMedian(repeats) {
            next.store(0, ordering: .relaxed)
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                while true {
                    let part = next.add(1, ordering: .relaxed).oldValue
                    guard part < parts.count else { break }
                    _ = lanes[thread].lane.embed(parts[part])
                }
            }
        }
    }

    private struct LaneBox: @unchecked Sendable {
        // Sound to send: one thread uses it at a time.
        let lane: any EmbeddingLane
    }

    private static func vectors(of texts: [String], _ model: String) throws -> [Float] {
        try TransformerTextSpace(folder: model, precision: .f32).makeLane().embed(texts.map { .text($0) }).storage
    }

    /// Token ids of many texts: the same as Hugging Face's, and how much faster.
    static func tokenizer(model: String) throws {
        let space = try TransformerTextSpace(folder: model, precision: .f32)
        for corpus in [TextCorpus.logLines(20_000), TextCorpus.paragraphs(2_000)] {
            let ids = corpus.texts.map { space.tokenIDs(of: $0) }
            let tokens = Double(ids.reduce(0) { $0 + $1.count })
            let seconds = Measure.median { for text in corpus.texts { _ = space.tokenIDs(of: text) } }
            let files = try Folder()
            try corpus.write(to: files["texts"])
            let flat = ids.flatMap { [Int32($0.count)] + $0 }
            try flat.withUnsafeBytes { try Data($0).write(to: files["ids"]) }
            let arguments = [
                "tokenizers", "--model", model, "--texts", files["texts"].path, "--reference", files["ids"].path,
            ]
            var figures = [("tokens/s", Measure.rounded(tokens / seconds)), ("texts", "\(ids.count)")]
            if let answer = Peers.answer("embedding.py", arguments), let time = answer["seconds"] {
                figures.append(("| tokenizers", Measure.rounded(tokens / time)))
                figures.append(("ratio", Measure.rounded(time / seconds, 2)))
                figures.append(("texts with other ids", Measure.rounded(answer["differing"] ?? .nan)))
            }
            Measure.print("tokenizer, \(corpus.name), 1 thread", figures)
        }
    }

    /// How near int8 comes to f32 on many texts.
    static func fidelity(model: String) throws {
        let corpus = TextCorpus.logLines(20_000)
        let inputs = corpus.texts.map { SpaceInput.text($0) }
        let spaces = try [Precision.f32, .int8].map { try TransformerTextSpace(folder: model, precision: $0) }
        let part = 500
        let parts = (inputs.count + part - 1) / part
        let cosines = [Double](unsafeUninitializedCapacity: inputs.count) { buffer, count in
            let target = Target(base: buffer)
            DispatchQueue.concurrentPerform(iterations: parts) { index in
                let range = index * part..<min((index + 1) * part, inputs.count)
                let (exact, quantised) = (
                    spaces[0].makeLane().embed(Array(inputs[range])), spaces[1].makeLane().embed(Array(inputs[range]))
                )
                for row in 0..<range.count {
                    let products = zip(exact[row: row], quantised[row: row]).map { Double($0) * Double($1) }
                    target.base.initializeElement(at: range.lowerBound + row, to: products.reduce(0, +))
                }
            }
            count = inputs.count
        }
        Measure.print(
            "int8 beside f32, \(corpus.name)",
            [
                ("texts", "\(cosines.count)"),
                ("mean cosine", Measure.rounded(cosines.reduce(0, +) / Double(cosines.count), 5)),
                ("least", Measure.rounded(cosines.min() ?? 0, 5)),
            ]
        )
    }

    private struct Target: @unchecked Sendable {
        // Sound to send: every part writes elements of its own.
        let base: UnsafeMutableBufferPointer<Double>
    }
}

/// A temporary folder that goes with its last user.
final class Folder {
    private let url = FileManager.default.temporaryDirectory.appending(path: "centroidd-bench-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    subscript(name: String) -> URL { url.appending(path: name) }
}
