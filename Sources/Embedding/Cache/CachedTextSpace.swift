public import Kernels

/// What a cache of vectors has done and holds.
public struct CacheStatistics: Sendable, Equatable {
    /// Texts asked for.
    public var lookups = 0
    /// Texts that were there.
    public var hits = 0
    /// Texts that it holds.
    public var entries = 0
    /// The bytes that these take, about.
    public var bytes = 0

    /// The share of look-ups that found something; 0 before the first.
    public var hitRate: Double { lookups == 0 ? 0 : Double(hits) / Double(lookups) }
}

/// A text space that does not embed the same text twice: neither within a batch nor, as long as it remembers, later.
///
/// Vectors have the same bits as without it.
public struct CachedTextSpace: TokenizingSpace {
    private let base: any TokenizingSpace
    private let cache: VectorCache?

    /// `base`, remembering `bytes` bytes of texts and vectors; none where 0.
    public init(_ base: any TokenizingSpace, bytes: Int) {
        self.base = base
        cache = bytes > 0 ? VectorCache(bytes: bytes, dimension: base.dimension) : nil
    }

    /// The base's.
    public var dimension: Int { base.dimension }
    /// The base's.
    public var metric: Metric { base.metric }
    /// The base's: remembering changes no vector.
    public var identity: String { base.identity }
    /// What the cache has done so far.
    public var statistics: CacheStatistics { cache?.statistics ?? CacheStatistics() }

    /// As the base does.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try base.input(from: value) }

    /// As the base does.
    public func tokenIDs(of text: String) -> [Int32] { base.tokenIDs(of: text) }

    /// A lane of the base's that shares the cache with the others.
    public func makeLane() -> any EmbeddingLane {
        CachedTextLane(base: base.makeLane(), cache: cache, dimension: base.dimension)
    }
}

/// One worker's share of a ``CachedTextSpace``.
final class CachedTextLane: EmbeddingLane {
    private let base: any EmbeddingLane
    private let cache: VectorCache?
    private let dimension: Int

    init(base: any EmbeddingLane, cache: VectorCache?, dimension: Int) {
        self.base = base
        self.cache = cache
        self.dimension = dimension
    }

    var tokens: Int { base.tokens }

    private struct Missing {
        var inputs: [SpaceInput] = []
        var hashes: [TextHash?] = []
        /// Which row of the batch takes which row of what is embedded.
        var rows: [(row: Int, source: Int)] = []
        var first: [TextHash: Int] = [:]
    }

    func embed(_ inputs: [SpaceInput]) -> Matrix {
        var result = Matrix(rows: inputs.count, columns: dimension)
        result.storage.withUnsafeMutableBufferPointer { buffer in
            guard let target = buffer.baseAddress else { return }
            let missing = findKnown(inputs, target)
            guard !missing.inputs.isEmpty else { return }
            base.embed(missing.inputs).storage.withUnsafeBufferPointer { fresh in
                guard let source = fresh.baseAddress else { return }
                for (row, index) in missing.rows {
                    (target + row * dimension).update(from: source + index * dimension, count: dimension)
                }
                guard let cache else { return }
                for (index, hash) in missing.hashes.enumerated() {
                    guard let hash, case .text(let text) = missing.inputs[index] else { continue }
                    cache.insert(text, hash, source + index * dimension)
                }
            }
        }
        return result
    }

    /// Writes the vectors that are remembered, and returns what is left to embed, each text once.
    private func findKnown(_ inputs: [SpaceInput], _ target: UnsafeMutablePointer<Float>) -> Missing {
        var missing = Missing()
        for (row, input) in inputs.enumerated() {
            var hash: TextHash?
            if case .text(let text) = input {
                let known = TextHash(text)
                if let index = missing.first[known], case .text(let first) = missing.inputs[index],
                    TextHash.sameBytes(first, text)
                {
                    missing.rows.append((row, index))
                    continue
                }
                if let cache, cache.find(text, known, into: target + row * dimension) { continue }
                if missing.first[known] == nil { missing.first[known] = missing.inputs.count }
                hash = known
            }
            missing.rows.append((row, missing.inputs.count))
            missing.inputs.append(input)
            missing.hashes.append(hash)
        }
        return missing
    }
}
