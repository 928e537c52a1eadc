import Embedding
import Foundation
import Kernels

/// `make bench`: what one core and the whole daemon do on this machine, beside the machine's own peak and the peers.
///
/// Arguments choose parts: embedding, assignment, kmeans, grouping, templates, latency, pipeline; all without any.
@main
struct Main {
    enum Part: String, CaseIterable { case embedding, assignment, kmeans, grouping, templates, latency, pipeline }

    static func main() async throws {
        let chosen = CommandLine.arguments.dropFirst().map { Part(rawValue: $0) }
        guard !chosen.contains(nil) else {
            print("parts: \(Part.allCases.map(\.rawValue).joined(separator: " "))")
            exit(64)
        }
        let parts = chosen.isEmpty ? Part.allCases : chosen.compactMap { $0 }
        if !Peers.arePresent { print("(no peers: run `make bench-peers` for the ratios against them)") }
        Measure.print("this core", [("f32 peak GFLOP/s", Measure.rounded(Peak.gigaflops()))])
        for part in parts {
            switch part {
            case .embedding: try embedding()
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
        for milliseconds in [100, 500, 2000] {
            try await EndToEndBenchmark.run(
                name: "hashed n-grams",
                model: nil,
                count: 100_000,
                commitInterval: .milliseconds(milliseconds)
            )
        }
        if hasModel { try await EndToEndBenchmark.run(name: "MiniLM, precision auto", model: model, count: 6_000) }
    }
}
