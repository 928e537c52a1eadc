import Embedding
import Foundation
import Kernels

/// Static models on one core.
enum StaticBenchmark {
    /// The model that `centroidd distill --model MODEL --output MODEL-static` makes.
    static func run(folder: String) throws {
        guard FileManager.default.fileExists(atPath: "\(folder)/model.safetensors") else {
            print("(no static model in \(folder): make it with `centroidd distill` for its figures)")
            return
        }
        let lane = StaticTextSpace(try StaticModel(folder: folder)).makeLane()
        for (name, words) in [("8 words", 8), ("20 words (a log line)", 20), ("120 words (a paragraph)", 120)] {
            let texts = EmbeddingBenchmark.texts(2000, words: words)
            let inputs = texts.map { SpaceInput.text($0) }
            let before = lane.tokens
            _ = lane.embed(inputs)
            let tokens = lane.tokens - before
            let time = Measure.median { _ = lane.embed(inputs) }
            Measure.print(
                "static model, \(name)",
                [("tokens/s", Measure.rounded(Double(tokens) / time)), ("texts/s", Measure.rounded(2000 / time))]
            )
        }
    }
}
