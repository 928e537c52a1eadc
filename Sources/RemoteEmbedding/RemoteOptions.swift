import Embedding
public import Kernels

/// Which embedding server is asked, and how.
public struct RemoteOptions: Sendable, Equatable {
    /// The protocols that are spoken.
    public enum API: String, Sendable, CaseIterable {
        /// `POST /v1/embeddings`, as OpenAI's and what is compatible with it.
        case openAI = "openai"
        /// `POST /embed`, as Hugging Face's text-embeddings-inference.
        case textEmbeddingsInference = "tei"
    }

    /// What is sent.
    public enum Input: String, Sendable, CaseIterable {
        /// Text.
        case text
        /// Images.
        case image
    }

    /// How an image is written.
    public enum ImageForm: String, Sendable, CaseIterable {
        /// A `data:` URL.
        case dataURL = "data_url"
        /// Base64 alone.
        case base64
    }

    /// The server: its root, or one of its paths.
    public var url: String
    /// The model's name; nil names none.
    public var model: String?
    /// Elements of a vector; nil takes what the server's first answer has.
    public var dimension: Int?
    /// What is sent before every text, such as a model's prompt; nil sends nothing.
    public var prefix: String?
    /// Whether what changes from line to line is masked before a text is sent (``TextMask``).
    public var masks = false
    /// The metric in which vectors are compared; under cosine they are made unit length.
    public var metric = Metric.cosine
    /// The protocol; nil finds it out: by the path, or else by asking `GET /info`.
    public var api: API?
    /// What is sent.
    public var input = Input.text
    /// How an image is written.
    public var imageForm = ImageForm.dataURL
    /// Most inputs in a request.
    public var batch = 32
    /// Most requests under way at a time.
    public var concurrency = 4
    /// The longest that a request may take, its answer included.
    public var timeout = Duration.seconds(30)
    /// Tries again of one request before the server counts as lost.
    public var retries = 5
    /// Whether a lost server is waited for without an end.
    public var waits = true
    /// Sent as a bearer token; nil sends none.
    public var key: String?
    /// Bytes of vectors that are remembered by their text; 0 remembers none.
    public var cacheBytes = 64 << 20
    /// The waits between tries.
    public var backoff = Backoff()

    /// The defaults for one server.
    public init(url: String) { self.url = url }
}
