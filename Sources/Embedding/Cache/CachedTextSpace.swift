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

    /// Nothing yet.
    public init() {}
}

/// A text space that does not embed the same text twice: neither within a batch nor, as long as it remembers, later.
///
/// Vectors have the same bits as without it. Where texts are masked first (``TextMask``), the vector is the masked
/// text's, so that lines that differ in their numbers alone share one.
public struct CachedTextSpace: TokenizingSpace, RememberingSpace {
    private let base: any TokenizingSpace
    private let memory: LaneMemory

    /// `base`, remembering `bytes` bytes of texts and vectors; none where 0.
    public init(_ base: any TokenizingSpace, bytes: Int, masks: Bool = false) {
        self.base = base
        memory = LaneMemory(bytes: bytes, dimension: base.dimension, masks: masks)
    }

    /// The base's.
    public var dimension: Int { base.dimension }
    /// The base's.
    public var metric: Metric { base.metric }
    /// The base's, and whether texts are masked: remembering changes no vector.
    public var identity: String { base.identity + (memory.masks ? ":masked" : "") }
    /// What the cache has done so far.
    public var statistics: CacheStatistics { memory.statistics }

    /// As the base does.
    public func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try base.input(from: value) }

    /// As the base does, of the masked text where texts are masked.
    public func tokenIDs(of text: String) -> [Int32] { base.tokenIDs(of: memory.masks ? TextMask.mask(text) : text) }

    /// A lane of the base's that shares the cache with the others.
    public func makeLane() -> any EmbeddingLane { memory.lane(over: base.makeLane()) }
}

/// What the lanes of a space remember together.
public struct LaneMemory: Sendable {
    /// Whether texts are masked before they are looked up and embedded.
    public let masks: Bool
    private let cache: VectorCache?
    private let dimension: Int

    /// Room for `bytes` bytes of texts and vectors of `dimension` elements; none where 0.
    public init(bytes: Int, dimension: Int, masks: Bool = false) {
        self.masks = masks
        self.dimension = dimension
        cache = bytes > 0 ? VectorCache(bytes: bytes, dimension: dimension) : nil
    }

    /// What the cache has done so far.
    public var statistics: CacheStatistics { cache?.statistics ?? CacheStatistics() }

    /// A lane that asks `base` only for what is not remembered.
    public func lane(over base: any EmbeddingLane) -> any EmbeddingLane {
        CachedTextLane(base: base, cache: cache, dimension: dimension, masks: masks)
    }
}

/// One worker's share of a ``LaneMemory``.
final class CachedTextLane: EmbeddingLane {
    private let base: any EmbeddingLane
    private let cache: VectorCache?
    private let dimension: Int
    private let masks: Bool

    init(base: any EmbeddingLane, cache: VectorCache?, dimension: Int, masks: Bool) {
        self.base = base
        self.cache = cache
        self.dimension = dimension
        self.masks = masks
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
        var result = EmbeddedInputs(vectors: Matrix(rows: inputs.count, columns: dimension))
        let missing = findKnown(inputs, &result.vectors)
        if !missing.inputs.isEmpty { fill(&result, EmbeddedInputs(vectors: base.embed(missing.inputs)), missing) }
        return result.vectors
    }

    func embedEach(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> EmbeddedInputs {
        var result = EmbeddedInputs(vectors: Matrix(rows: inputs.count, columns: dimension))
        let missing = findKnown(inputs, &result.vectors)
        if !missing.inputs.isEmpty { fill(&result, try base.embedEach(missing.inputs), missing) }
        return result
    }

    func embedRepeated(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> RepeatedInputs {
        let repeats = RepeatedTexts(inputs, masks: masks)
        cache?.note(repeats: inputs.count - repeats.firsts.count)
        guard repeats.firsts.count < inputs.count else { return RepeatedInputs(distinct: try embedEach(inputs)) }
        return RepeatedInputs(
            distinct: try embedEach(repeats.firsts.map { inputs[$0] }),
            places: repeats.places,
            haveSameBytes: !masks
        )
    }

    /// Writes the vectors that are remembered, and returns what is left to embed, each text once.
    private func findKnown(_ inputs: [SpaceInput], _ vectors: inout Matrix) -> Missing {
        var missing = Missing()
        vectors.storage.withUnsafeMutableBufferPointer { buffer in
            guard let target = buffer.baseAddress else { return }
            for (row, input) in inputs.enumerated() {
                guard case .text(let whole) = input else {
                    missing.rows.append((row, missing.inputs.count))
                    missing.inputs.append(input)
                    missing.hashes.append(nil)
                    continue
                }
                let text = masks ? TextMask.mask(whole) : whole
                let hash = TextHash(text)
                if !missing.first.isEmpty, let index = missing.first[hash],
                    case .text(let first) = missing.inputs[index],
                    TextHash.sameBytes(first, text)
                {
                    missing.rows.append((row, index))
                    continue
                }
                if let cache, cache.find(text, hash, into: target + row * dimension) { continue }
                if missing.first[hash] == nil { missing.first[hash] = missing.inputs.count }
                missing.rows.append((row, missing.inputs.count))
                missing.inputs.append(masks ? .text(text) : input)
                missing.hashes.append(hash)
            }
        }
        return missing
    }

    /// Puts what was embedded where it belongs, and remembers it.
    private func fill(_ result: inout EmbeddedInputs, _ fresh: EmbeddedInputs, _ missing: Missing) {
        for (row, index) in missing.rows {
            if let refusal = fresh.refusals[index] { result.refusals[row] = refusal }
        }
        result.vectors.storage.withUnsafeMutableBufferPointer { buffer in
            fresh.vectors.storage.withUnsafeBufferPointer { rows in
                guard let target = buffer.baseAddress, let source = rows.baseAddress else { return }
                for (row, index) in missing.rows {
                    (target + row * dimension).update(from: source + index * dimension, count: dimension)
                }
                guard let cache else { return }
                for (index, hash) in missing.hashes.enumerated() where fresh.refusals[index] == nil {
                    guard let hash, case .text(let text) = missing.inputs[index] else { continue }
                    cache.insert(text, hash, source + index * dimension)
                }
            }
        }
    }
}
