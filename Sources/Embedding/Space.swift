public import Kernels

/// A value as it was found in a record, before a space reads it.
public enum FieldValue: Sendable, Equatable {
    /// Valid UTF-8 text (a whole text record, or a JSON string field).
    case text(String)
    /// The numbers of a JSON array field.
    case numbers([Double])
    /// The raw bytes of a whole record whose format is `vector` or `bytes`.
    case bytes([UInt8])
    /// The fields of a JSON object or of a table's row.
    case fields([String: FeatureValue])

    /// What it is, for error messages.
    var typeName: String {
        switch self {
        case .text: "text"
        case .numbers(let numbers): "an array of \(numbers.count) numbers"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .fields(let fields): "an object with \(fields.count) fields"
        }
    }
}

/// What a lane embeds: text to be turned into a vector, an image, a vector that was ready made and is already checked,
/// or fields.
public enum SpaceInput: Sendable, Equatable {
    /// Text to embed.
    case text(String)
    /// An image to embed, in base64.
    case image(EncodedImage)
    /// A ready-made vector of the space's dimension, finite, of unit length where the space is cosine.
    case vector([Float])
    /// The fields of a record, whose raw row the lane completes.
    case features(FeatureRow)
}

/// Why a record's value cannot enter a space. It goes to the dead-letter topic with `code` and `message`.
public struct InputRejection: Error, Sendable, Equatable {
    /// A short, bounded set of words, used as a metric label.
    public enum Code: String, Sendable, CaseIterable {
        /// The value is null (a tombstone).
        case tombstone
        /// The value, or the field, is empty.
        case empty
        /// The value is not JSON.
        case malformedJSON = "malformed_json"
        /// The configured field is not in the record.
        case missingField = "missing_field"
        /// The field has a type that the space cannot read.
        case wrongType = "wrong_type"
        /// The bytes are not UTF-8.
        case invalidUTF8 = "invalid_utf8"
        /// A vector has another number of elements than the space.
        case wrongDimension = "wrong_dimension"
        /// A vector holds NaN or an infinity, or is all zero under the cosine metric.
        case notFinite = "not_finite"
        /// The bytes are no vector in any accepted encoding.
        case malformedVector = "malformed_vector"
        /// The value is larger than the configured ceiling.
        case tooLarge = "too_large"
        /// The bytes are no image of a known type.
        case malformedImage = "malformed_image"
        /// The server that makes the vectors refuses this very record.
        case refusedByServer = "refused_by_server"
    }

    /// The kind of fault.
    public var code: Code
    /// What was found and what was expected, for a person.
    public var message: String

    /// Memberwise.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// A way to turn records into vectors. Immutable and shared; the work happens in lanes.
public protocol Space: Sendable {
    /// The number of elements of every row that a lane makes.
    var dimension: Int { get }
    /// What the columns of raw feature rows are, where the model makes the vectors; nil where lanes do.
    var layout: FeatureLayout? { get }
    /// The space of the deep vectors that some records get besides; nil where there is one tier.
    var deep: (any Space)? { get }
    /// Whether records are lines of logs, of which the template is embedded and not the line.
    var isMined: Bool { get }
    /// The metric in which vectors of this space are compared.
    var metric: Metric { get }
    /// Names the space and everything that changes its vectors (model fingerprint, options): a model that was
    /// learnt in one identity is refused in another.
    var identity: String { get }
    /// Checks one value and makes it ready for a lane.
    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput
    /// A worker's own scratch memory. A lane is used by one serial queue at a time.
    func makeLane() -> any EmbeddingLane
}

extension Space {
    /// Lanes make the vectors.
    public var layout: FeatureLayout? { nil }
    /// One tier.
    public var deep: (any Space)? { nil }
    /// Records are embedded as they are.
    public var isMined: Bool { false }
}

/// One worker's share of a space: owns its scratch memory, allocated once.
public protocol EmbeddingLane: AnyObject {
    /// The tokens embedded so far; 0 where the space has none.
    var tokens: Int { get }
    /// Embeds `inputs` into an `inputs.count × dimension` matrix; row `i` is the vector of input `i`.
    func embed(_ inputs: [SpaceInput]) -> Matrix
    /// The same where what makes the vectors may refuse some of the inputs, or fail.
    func embedEach(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> EmbeddedInputs
    /// The same, with a single row for inputs that are the same, where a lane tells: what the pipeline calls.
    func embedRepeated(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> RepeatedInputs
}

extension EmbeddingLane {
    /// A space without tokens.
    public var tokens: Int { 0 }

    /// Refuses nothing and never fails.
    public func embedEach(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> EmbeddedInputs {
        EmbeddedInputs(vectors: embed(inputs))
    }

    /// Does not tell which are the same.
    public func embedRepeated(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> RepeatedInputs {
        RepeatedInputs(distinct: try embedEach(inputs))
    }
}
