public import Kernels

/// What a lane made of its inputs.
public struct EmbeddedInputs: Sendable {
    /// `inputs.count × dimension`; the row of an input that was refused is zero.
    public var vectors: Matrix
    /// Why inputs were refused, by their place.
    public var refusals: [Int: InputRejection]

    /// Memberwise.
    public init(vectors: Matrix, refusals: [Int: InputRejection] = [:]) {
        self.vectors = vectors
        self.refusals = refusals
    }
}

/// What a lane made of inputs of which many may be the same.
public struct RepeatedInputs: Sendable {
    /// What it made of the different ones, in the order in which each came first.
    public var distinct: EmbeddedInputs
    /// Which of those each input is; nil where each input is one of its own.
    public var places: [Int]?
    /// Whether the inputs of one place have the same bytes, and not only the same vector.
    public var haveSameBytes: Bool

    /// Memberwise.
    public init(distinct: EmbeddedInputs, places: [Int]? = nil, haveSameBytes: Bool = false) {
        self.distinct = distinct
        self.places = places
        self.haveSameBytes = haveSameBytes
    }

    /// A row for each input.
    public var each: EmbeddedInputs {
        guard let places else { return distinct }
        var each = EmbeddedInputs(vectors: distinct.vectors.selecting(places))
        guard !distinct.refusals.isEmpty else { return each }
        for (row, place) in places.enumerated() { each.refusals[row] = distinct.refusals[place] }
        return each
    }
}

/// Why a lane gave up on all of its inputs: nothing is wrong with them.
public enum EmbeddingInterruption: Error, Sendable, Equatable, CustomStringConvertible {
    /// It was asked to stop while what makes the vectors did not answer.
    case stopped(String)
    /// What makes the vectors cannot be reached, and it was to be tried only so often.
    case unreachable(String)
    /// What makes the vectors refuses our rights.
    case unauthorised(String)
    /// What makes the vectors is not what was configured.
    case misconfigured(String)

    /// What happened, for a person.
    public var description: String {
        switch self {
        case .stopped(let text), .unreachable(let text), .unauthorised(let text), .misconfigured(let text): text
        }
    }
}

/// A space whose vectors come from elsewhere, so that its lanes may have to wait for long.
public protocol WaitingSpace: Space {
    /// Finds out what only the source of the vectors can tell, such as their dimension, which is 0 before. The pipeline
    /// calls it as it starts; it may block for long, and returns at once when all is known.
    ///
    /// - Throws: ``EmbeddingInterruption/stopped(_:)`` where ``stopWaiting()`` came first, or what no waiting will mend.
    func prepare() throws(EmbeddingInterruption)
    /// From now on nobody waits for what does not answer; lanes that do throw ``EmbeddingInterruption/stopped(_:)``.
    func stopWaiting()
}

/// A space that remembers vectors.
public protocol RememberingSpace: Space {
    /// What its memory has done so far.
    var statistics: CacheStatistics { get }
}

/// An image in base64, with its type.
public struct EncodedImage: Sendable, Equatable {
    /// Such as `image/png`.
    public var type: String
    /// The file's bytes in base64.
    public var base64: String

    /// Memberwise.
    public init(type: String, base64: String) {
        self.type = type
        self.base64 = base64
    }

    /// A `data:` URL (RFC 2397).
    public var dataURL: String { "data:\(type);base64,\(base64)" }
}
