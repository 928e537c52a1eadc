/// What a record is turned into.
public struct SpaceSettings: Sendable, Equatable {
    /// The kind of space.
    public enum Kind: String, Sendable, CaseIterable {
        /// Text, through a sentence transformer or, without a model, hashed n-grams.
        case text
        /// A ready-made vector.
        case vector
        /// Numbers, categories, times and text of a JSON object or a table's row.
        case features
        /// Lines of logs: templates are mined, and embedded as text is.
        case log
        /// Lines of logs grouped into sessions by a key: how often each template came.
        case session
        /// Text or images, through an HTTP server.
        case remote
    }

    /// The protocol of an embedding server.
    public enum API: String, Sendable, CaseIterable {
        /// By the address's path, or by asking.
        case auto
        /// `POST /v1/embeddings`.
        case openai
        /// `POST /embed` of text-embeddings-inference.
        case tei
    }

    /// What an embedding server is sent.
    public enum Input: String, Sendable, CaseIterable {
        /// Text.
        case text
        /// Images.
        case image
    }

    /// How an image is written.
    public enum Image: String, Sendable, CaseIterable {
        /// A `data:` URL.
        case dataURL = "data_url"
        /// Base64 alone.
        case base64
    }

    /// What of a text is replaced before a model sees it.
    public enum Mask: String, Sendable, CaseIterable {
        /// Nothing.
        case none
        /// Numbers, dates, addresses, hexadecimal and unique ids.
        case numbers
    }

    /// Arithmetic of a model's linear layers.
    public enum Precision: String, Sendable, CaseIterable {
        /// 8-bit integers where a check at load finds that they keep the model's vectors.
        case auto
        /// 8-bit integers.
        case int8
        /// 32-bit floats.
        case f32
    }

    /// How a ready-made vector is written.
    public enum Encoding: String, Sendable, CaseIterable {
        /// Told apart by the first byte and the length.
        case auto
        /// A JSON array of numbers.
        case json
        /// Base64 of little-endian 32-bit floats.
        case base64
        /// Little-endian 32-bit floats.
        case raw
    }

    /// The kind of space.
    public var kind = Kind.text
    /// The field of a JSON object, or the column of a table, that is embedded; nil takes the whole value.
    public var field: String?
    /// The other fields of a JSON log that go with its assignment; nil: all.
    public var context: [String]?
    /// The field of a JSON log that names what wrote it; nil: its topic is the source.
    public var source: String?
    /// The fields of `features`; empty takes all that the first records have.
    public var fields: [FeatureFieldSettings] = []
    /// The folder of a sentence transformer, relative to the working directory; nil hashes n-grams.
    public var model: String?
    /// The folder of a static model that embeds every text, or `static` for that beside the model; nil embeds every text by
    /// the model.
    public var flood: String?
    /// Numbers in a vector; needed for `vector`, and optional for hashed n-grams.
    public var dimension: Int?
    /// How a ready-made vector is written.
    public var encoding = Encoding.auto
    /// Tokens of a text that are looked at, special tokens included; nil leaves it to the model.
    public var maximumTokens: Int?
    /// What is put before every text that a transformer reads; nil for the model's own prompt.
    public var prefix: String?
    /// Arithmetic of a model's linear layers.
    public var precision = Precision.auto
    /// Bytes of vectors that are remembered by their text; 0 remembers none.
    public var cache = 64 << 20
    /// What of a text is replaced before a model sees it.
    public var mask = Mask.none
    /// The address of an embedding server.
    public var url: String?
    /// Its protocol.
    public var api = API.auto
    /// What it is sent.
    public var input = Input.text
    /// How images are written to it.
    public var image = Image.dataURL
    /// Most inputs in a request.
    public var batch = 32
    /// Most requests under way at a time.
    public var concurrency = 4
    /// The longest that a request may take.
    public var timeout = Duration.seconds(30)
    /// Tries again before the server counts as lost.
    public var retries = 5
    /// The file that holds its key.
    public var apiKeyFile: String?
    /// The key, as read from that file.
    public internal(set) var apiKey: String?

    /// The folder that ``flood`` names: `static` is the model's own with `-static` behind its name.
    public var floodFolder: String? {
        guard flood == "static", let model else { return flood }
        return (model.hasSuffix("/") ? String(model.dropLast()) : model) + "-static"
    }

    /// Whether records are lines of logs.
    public var readsLogs: Bool { kind == .log || kind == .session }

    /// The defaults.
    public init() {}
}
