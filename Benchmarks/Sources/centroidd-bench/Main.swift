import Embedding
import Foundation
import Kernels

/// `make bench`: what one core and the whole daemon do on this machine, beside the machine's own peak and the peers.
///
/// Arguments choose parts: embedding, transformer, tokenizer, fidelity, assignment, kmeans, grouping, templates, latency,
/// pipe, pipeline; all without any.
@main
struct Main {
    enum Part: String, CaseIterable {
        case embedding, transformer, tokenizer, fidelity, assignment, kmeans, grouping, templates, latency, pipe,
            pipeline
    }

    static func main() async throws {
        let chosen = CommandLine.arguments.dropFirst().map { Part(rawValue: $0) }
        guard !chosen.contains(nil) else {
            print("parts: \(Part.allCases.map(\.rawValue).joined(separator: " "))")
            exit(64)
        }
        let parts = chosen.isEmpty ? Part.allCases : chosen.compactMap { $0 }
        if !Peers.arePresent { print("(no peers: run `make bench-peers` for the ratios against them)") }
        Measure.print(
            "this core",
            [
                ("f32 peak GFLOP/s", Measure.rounded(Peak.gigaflops())),
                ("int8 peak GOP/s", Peak.int8Gigaops().map { Measure.rounded($0) } ?? "unknown"),
            ]
        )
        for part in parts {
            switch part {
            case .embedding: try embedding()
            case .transformer: if hasModel { try PeerComparison.run(model: model) }
            case .tokenizer: if hasModel { try PeerComparison.tokenizer(model: model) }
            case .fidelity: if hasModel { try PeerComparison.fidelity(model: model) }
            case .pipe: if hasModel { try await PipeBenchmark.run(model: model) }
            case .assignment:
                AssignmentBenchmark.run()
                AssignmentBenchmark.runNaive()
            case .kmeans: GroupingBenchmark.kmeans()
            case .grouping: try GroupingBenchmark.run()
            case .templates: try TemplatesBenchmark.run()
            case .latency: try LatencyBenchmark.run()
            case .pipeline: try await pipeline()
            }
        }
    }

    private static let model = ProcessInfo.processInfo.environment["CENTROIDD_MODEL"] ?? "models/all-MiniLM-L6-v2"
    private static let hasModel = FileManager.default.fileExists(atPath: "\(model)/model.safetensors")

    private static func embedding() throws {
        if hasModel {
            for precision in [Precision.int8, .f32] {
                try EmbeddingBenchmark.transformer(folder: model, precision: precision)
            }
        } else {
            print("(no model in \(model): run `make model` for the transformer's figures)")
        }
        try StaticBenchmark.run(folder: "\(model)-static")
        EmbeddingBenchmark.hashed()
    }

    private static func pipeline() async throws {
        if hasModel {
            let alone = try EndToEndBenchmark.alone(model: model, count: 18_000)
            try await EndToEndBenchmark.run(name: "MiniLM, precision auto", model: model, count: 18_000, alone: alone)
        }
        for milliseconds in [100, 500, 2000] {
            try await EndToEndBenchmark.run(
                name: "hashed n-grams",
                model: nil,
                count: 100_000,
                commitInterval: .milliseconds(milliseconds)
            )
        }
    }
}
