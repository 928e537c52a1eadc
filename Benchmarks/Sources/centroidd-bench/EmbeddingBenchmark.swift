import Embedding
import Foundation
import Kernels

/// Embedding on one core, beside the peak of that core in the same run.
enum EmbeddingBenchmark {
    /// Floating-point operations of the forward pass: matrix products and attention over texts of these lengths.
    static func operations(hidden: Int, wide: Int, layers: Int, lengths: [Int]) -> Double {
        lengths.reduce(0.0) { sum, tokens in
            let products = 2.0 * Double(tokens) * Double(hidden) * Double(4 * hidden + 2 * wide)
            return sum + Double(layers) * (products + 4.0 * Double(tokens * tokens * hidden))
        }
    }

    /// `count` texts of `words` words each.
    static func texts(_ count: Int, words: Int) -> [String] {
        let vocabulary = [
            "error", "connection", "timeout", "disk", "quota", "exceeded", "user", "login", "failed", "retry", "node",
            "block", "received", "packet", "from", "server", "request", "completed", "in", "seconds", "cache", "miss",
        ]
        var generator = SeededGenerator(seed: 1)
        return (0..<count).map { _ in
            (0..<words).map { _ in vocabulary[Int(generator.next() % UInt64(vocabulary.count))] }
                .joined(separator: " ")
        }
    }

    /// all-MiniLM-L6-v2: 6 layers, 384 wide, 1,536 inside.
    static func transformer(folder: String, precision: Precision) throws {
        let space = try TransformerTextSpace(folder: folder, precision: precision)
        let shapes = [
            ("8 words", 8, 26), ("20 words (a log line)", 20, 12), ("120 words (a paragraph)", 120, 2),
            ("254 words, one text", 254, 1),
        ]
        for (name, words, count) in shapes {
            let texts = texts(count, words: words)
            let inputs = texts.map { SpaceInput.text($0) }
            let lengths = texts.map { space.tokenIDs(of: $0).count }
            let tokens = lengths.reduce(0, +)
            let lane = space.makeLane()
            let peak = precision == .int8 ? Peak.int8Gigaops() ?? Peak.gigaflops() : Peak.gigaflops()
            let time = Measure.median { for _ in 0..<10 { _ = lane.embed(inputs) } } / 10
            let rate = operations(hidden: 384, wide: 1536, layers: 6, lengths: lengths) / time / 1e9
            Measure.print(
                "MiniLM \(precision.rawValue), \(name)",
                [
                    ("tokens/s", Measure.rounded(Double(tokens) / time)),
                    ("texts/s", Measure.rounded(Double(count) / time)),
                    ("tokens a batch", "\(tokens)"), ("10⁹ operations/s", Measure.rounded(rate)),
                    ("peak", Measure.rounded(peak)),
                    ("of peak", Measure.rounded(rate / peak, 2)),
                ]
            )
        }
    }

    static func hashed() {
        let lane = HashedTextSpace().makeLane()
        for (name, words) in [("8 words", 8), ("25 words", 25)] {
            let inputs = texts(2000, words: words).map { SpaceInput.text($0) }
            let time = Measure.median { _ = lane.embed(inputs) }
            Measure.print("hashed n-grams, \(name)", [("texts/s", Measure.rounded(2000 / time))])
        }
    }
}
