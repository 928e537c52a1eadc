public import Kernels
import Synchronization

/// What a transformer makes of single tokens, and what is made of that: a static model.
///
/// Each token goes through the transformer once, between the opening and the closing token, and is pooled as the model
/// pools; the directions in which the vectors vary most are kept, and frequent tokens count less (Tulkens and van
/// Dongen 2024, Model2Vec; Arora, Liang and Ma 2017 for the weights).
public struct Distillation: Sendable {
    /// The smoothing of the weights `a / (a + p)` of tokens with probability p.
    public static let smoothing = 1e-4
    /// Records of one token that are encoded together.
    private static let block = 85
    /// Tokens that one lane takes at a time.
    private static let part = 8 * block

    /// The tokens that the static model has, in the order of the vocabulary.
    public let tokens: [String]
    /// Their ids in the transformer's vocabulary.
    let ids: [Int32]
    private let space: TransformerTextSpace

    /// The distillation of a transformer, which should be in ``Precision/f32``.
    ///
    /// Its special tokens are left out but for the padding and the unknown one, and so are tokens that stand for
    /// nothing (`[unused17]`).
    public init(of space: TransformerTextSpace) {
        self.space = space
        let tokenizer = space.tokenizer
        let kept: Set<String> = ["[PAD]", tokenizer.unknownToken]
        let special = Set(tokenizer.specialTokens).subtracting(kept)
        var seen: Set<[UInt8]> = []
        var tokens: [String] = []
        var ids: [Int32] = []
        for (id, bytes) in tokenizer.vocabulary.tokens.enumerated() where !bytes.isEmpty {
            guard let token = String(validating: bytes, as: UTF8.self), !special.contains(token),
                !Self.isUnused(token), seen.insert(bytes).inserted
            else { continue }
            tokens.append(token)
            ids.append(Int32(id))
        }
        self.tokens = tokens
        self.ids = ids
    }

    /// `[unused…]`, with digits.
    private static func isUnused(_ token: String) -> Bool {
        guard token.hasPrefix("[unused"), token.hasSuffix("]") else { return false }
        let digits = token.dropFirst(7).dropLast()
        return !digits.isEmpty && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// The vectors of the tokens as the transformer pools them, `n × d`, not of unit length; `progress` is called with
    /// the number of tokens that are done, from any lane.
    public func tokenVectors(lanes: Lanes = .serial, progress: @Sendable (Int) -> Void = { _ in }) -> Matrix {
        let parts = stride(from: 0, to: ids.count, by: Self.part).map { $0..<min(ids.count, $0 + Self.part) }
        let results = Results(count: parts.count)
        lanes.run(parts.count) { part in
            let vectors = encode(parts[part], progress: progress)
            results.vectors.withLock { $0[part] = vectors }
        }
        return Matrix(columns: space.dimension, storage: results.vectors.withLock { $0.flatMap { $0 } })
    }

    private final class Results: Sendable {
        let vectors: Mutex<[[Float]]>
        init(count: Int) { vectors = Mutex(Array(repeating: [], count: count)) }
    }

    private func encode(_ range: Range<Int>, progress: (Int) -> Void) -> [Float] {
        let encoder = space.weights.makeEncoder()
        var storage = [Float](repeating: 0, count: range.count * space.dimension)
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.block) {
            let tokens = ids[start..<min(range.upperBound, start + Self.block)]
            let framed = tokens.flatMap(space.tokenizer.framed)
            let lengths = tokens.map { _ in framed.count / tokens.count }
            storage.withUnsafeMutableBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                let target = base + (start - range.lowerBound) * space.dimension
                encoder.encode(framed[...], lengths: lengths[...], unit: false, into: target)
            }
            progress(tokens.count)
        }
        return storage
    }

    /// How often each token is met in `texts`, in the order of ``tokens``.
    public func counts(in texts: some Sequence<String>) -> [Int] {
        var counts = [Int](repeating: 0, count: space.tokenizer.vocabulary.size)
        var scratch = WordPieceTokenizer.Scratch()
        var found: [Int32] = []
        for text in texts {
            found.removeAll(keepingCapacity: true)
            space.tokenizer.encodePieces(text, maximum: .max, into: &found, scratch: &scratch)
            for id in found { counts[Int(id)] += 1 }
        }
        return ids.map { counts[Int($0)] }
    }

    /// Weights by how frequent each token is in a corpus, where it was met `counts` times and once more, or by Zipf's law
    /// where that says it is less frequent: what a corpus is about is frequent there and nowhere else, and counts in full.
    public static func weights(counts: [Int]) -> [Float] {
        let total = Double(counts.reduce(0, +) + counts.count)
        return zip(counts, zipfShares(counts.count)).map { count, share in
            Float(smoothing / (smoothing + min((Double(count) + 1) / total, share)))
        }
    }

    /// Weights of `count` tokens that are in the order of their frequency, by Zipf's law.
    public static func zipfWeights(_ count: Int) -> [Float] {
        zipfShares(count).map { Float(smoothing / (smoothing + $0)) }
    }

    private static func zipfShares(_ count: Int) -> [Double] {
        let shares = (0..<count).map { 1 / Double($0 + 2) }
        let total = shares.reduce(0, +)
        return shares.map { $0 / total }
    }

    /// The static model of these tokens with `vectors` (`n × e`), of which vector i counts `weights[i]`.
    public func model(_ vectors: Matrix, weights: [Float]) -> StaticModel {
        precondition(
            vectors.rows == tokens.count && weights.count == tokens.count,
            "a vector and a weight for each token"
        )
        var weighted = vectors
        for (row, weight) in weights.enumerated() {
            for index in row * vectors.columns..<(row + 1) * vectors.columns { weighted.storage[index] *= weight }
        }
        return StaticModel(tokens: tokens, vectors: weighted, tokenizer: space.tokenizer)
    }
}
