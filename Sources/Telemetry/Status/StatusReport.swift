/// All that a running daemon says of itself: the body of `/status`, the data of the page and of `centroidd status`.
///
/// In JSON the names are in snake case. Times are milliseconds since the epoch.
public struct StatusReport: Codable, Sendable, Equatable {
    /// The application's name.
    public var application = ""
    /// The daemon's version.
    public var version = ""
    /// The state's name, such as `running`.
    public var state = "starting"
    /// When the daemon started.
    public var started: Int64 = 0
    /// Seconds since then.
    public var uptime = 0.0
    /// Whether its loops turn; false means that it should be restarted.
    public var alive = true
    /// Whether it does its work.
    public var ready = false
    /// What readiness waits for; empty where ready.
    public var reasons: [String] = []
    /// Records per second, averaged over the last ten seconds.
    public var recordsPerSecond = 0.0
    /// Bytes per second, averaged over the last ten seconds.
    public var bytesPerSecond = 0.0
    /// Totals since the start.
    public var records = Records()
    /// The partitions that this instance owns.
    public var partitions: [Partition] = []
    /// The model in use.
    public var model = Model()
    /// Its clusters, the heaviest first.
    public var clusters: [Cluster] = []
    /// The latest anomalies, newest first.
    public var anomalies: [Anomaly] = []
    /// Open incidents, the one with the latest alarm first.
    public var incidents: [Incident] = []
    /// The latest events, newest first.
    public var events: [Event] = []
    /// Entities; nil where records are clustered.
    public var entities: Entities?
    /// The cache of vectors; nil where there is none.
    public var cache: Cache?
    /// The embedding server; nil where there is none.
    public var server: Server?
    /// Bytes in flight.
    public var memory = Memory()
    /// Transactions since the start.
    public var transactions = Transactions()

    /// A report of a daemon that has done nothing yet; fill in what is known.
    public init() {}

    /// Totals of records since the start.
    public struct Records: Codable, Sendable, Equatable {
        /// Read.
        public var consumed = 0
        /// Assigned and published.
        public var assigned = 0
        /// Found anomalous.
        public var anomalies = 0
        /// Sent to the dead-letter topic.
        public var deadLettered = 0
        /// Passed over.
        public var skipped = 0

        /// All zero.
        public init() {}
    }

    /// One partition of the input.
    public struct Partition: Codable, Sendable, Equatable {
        /// The topic.
        public var topic: String
        /// The partition's number.
        public var partition: Int32
        /// The next offset to commit.
        public var position: Int64
        /// The end of the log; nil where it is not known.
        public var end: Int64?
        /// Records between the two; nil where the end is not known.
        public var lag: Int64?

        /// The lag is derived.
        public init(topic: String, partition: Int32, position: Int64, end: Int64?) {
            self.topic = topic
            self.partition = partition
            self.position = position
            self.end = end
            lag = end.map { max(0, $0 - position) }
        }
    }

    /// The model in use.
    public struct Model: Codable, Sendable, Equatable {
        /// Its version.
        public var version = 0
        /// How many clusters.
        public var clusters = 0
        /// Records it has learnt from.
        public var records = 0
        /// The space's kind.
        public var space = ""
        /// The space's dimension.
        public var dimension = 0
        /// `cosine` or `euclidean`.
        public var metric = ""
        /// The score above which a record is anomalous; nil before there is one.
        public var threshold: Double?
        /// The share of the deep vectors' variance that the map between two tiers leaves unexplained; nil where there is no
        /// map.
        public var mapResidual: Double?
        /// Templates of lines of logs; nil where none are mined.
        public var templates: Int?

        /// An empty model.
        public init() {}
    }

    /// Entities and what became of them since the start.
    public struct Entities: Codable, Sendable, Equatable {
        /// Entities whose state this instance keeps.
        public var count = 0
        /// Entities that had to make room for others.
        public var evicted = 0
        /// Times that an entity came to a cluster or went to another.
        public var changes = 0

        /// All zero.
        public init() {}
    }

    /// The cache that spares the embedding of texts that come again.
    public struct Cache: Codable, Sendable, Equatable {
        /// Texts looked up.
        public var lookups = 0
        /// Texts whose vector was there.
        public var hits = 0
        /// Bytes held.
        public var bytes = 0

        /// Memberwise.
        public init(lookups: Int, hits: Int, bytes: Int) {
            self.lookups = lookups
            self.hits = hits
            self.bytes = bytes
        }
    }

    /// The server that makes the vectors.
    public struct Server: Codable, Sendable, Equatable {
        /// Its address.
        public var url: String
        /// Whether it answers.
        public var answers: Bool
        /// What went wrong last, while it does not answer.
        public var problem: String?
        /// Requests sent.
        public var requests: Int
        /// Requests that were tried again.
        public var retries: Int
        /// Inputs that it refused.
        public var refused: Int
        /// How long an answer takes on average, milliseconds; nil before the first.
        public var meanMs: Double?

        /// Memberwise.
        public init(
            url: String,
            answers: Bool,
            problem: String? = nil,
            requests: Int,
            retries: Int,
            refused: Int,
            meanMs: Double? = nil
        ) {
            self.url = url
            self.answers = answers
            self.problem = problem
            self.requests = requests
            self.retries = retries
            self.refused = refused
            self.meanMs = meanMs
        }
    }

    /// Bytes in flight.
    public struct Memory: Codable, Sendable, Equatable {
        /// Bytes of records read and not yet committed.
        public var inFlightBytes = 0
        /// The configured ceiling.
        public var ceilingBytes = 0
        /// Resident memory of the process.
        public var residentBytes = 0

        /// All zero.
        public init() {}
    }

    /// Transactions since the start.
    public struct Transactions: Codable, Sendable, Equatable {
        /// Committed.
        public var committed = 0
        /// Aborted.
        public var aborted = 0
        /// How long the last commit took, milliseconds; nil before the first.
        public var lastCommitMs: Double?

        /// None yet.
        public init() {}
    }
}
