import Foundation
import Kernels

/// `make bench`: what one core and the whole daemon do on this machine, each beside the machine's own peak.
@main
struct Main {
    static func main() async throws {
        let model = ProcessInfo.processInfo.environment["CENTROIDD_MODEL"] ?? "models/all-MiniLM-L6-v2"
        let hasModel = FileManager.default.fileExists(atPath: "\(model)/model.safetensors")
        Measure.print("this core", [("f32 peak GFLOP/s", Measure.rounded(Peak.gigaflops()))])
        if hasModel {
            try EmbeddingBenchmark.transformer(folder: model)
        } else {
            print("(no model in \(model): run `make model` for the transformer's figures)")
        }
        EmbeddingBenchmark.hashed()
        AssignmentBenchmark.run()
        AssignmentBenchmark.runNaive()
        for milliseconds in [100, 500, 2000] {
            try await EndToEndBenchmark.run(
                name: "hashed n-grams",
                model: nil,
                count: 100_000,
                commitInterval: .milliseconds(milliseconds)
            )
        }
        if hasModel { try await EndToEndBenchmark.run(name: "MiniLM f32", model: model, count: 6_000) }
    }
}
