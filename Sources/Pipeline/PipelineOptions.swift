public import Clustering
public import Kernels
public import Templates

/// How a pipeline runs.
public struct PipelineOptions: Sendable {
    /// The consumer group, and the transactional id of the output.
    public var application: String
    /// The topics to read.
    public var topics: [String] = []
    /// Where assignments go.
    public var outputTopic = "assignments"
    /// Where lineage events and verdicts go; nil: nowhere.
    public var eventsTopic: String?
    /// Where records that cannot be used go, under ``RejectionPolicy/deadLetter``.
    public var deadLetterTopic = "dead-letter"
    /// Where the model lives; nil: in memory alone.
    public var store: ModelStore?
    /// How records become events of entities; nil clusters the records themselves.
    public var entities: EntityOptions?
    /// Where the states of entities live; nil: in memory alone. Where ``store`` is nil it means nothing.
    public var entityStore: StateStore?
    /// How records are grouped into sessions; nil clusters the records themselves.
    public var sessions: SessionOptions?
    /// Where open sessions live; nil: in memory alone. Where ``store`` is nil it means nothing.
    public var sessionStore: StateStore?
    /// What becomes of records that cannot be used.
    public var onError = RejectionPolicy.deadLetter
    /// What the output promises.
    public var delivery = Delivery.exactlyOnce
    /// Whether the input's key is kept on the assignment.
    public var keepsKey = true
    /// Whether an assignment repeats the record's text.
    public var includesText = false
    /// A transaction is committed when it has been open for this long ...
    public var commitInterval = Duration.milliseconds(500)
    /// ... or holds this many records.
    public var maximumTransactionRecords = 50_000
    /// Whether assignments that were sent at least once are flushed whenever nothing else waits, and not only when they are
    /// committed.
    public var flushesWhenIdle = false
    /// Ceiling on what is in flight, in bytes.
    public var memory = 128 << 20
    /// Serial embedding lanes.
    public var lanes = 2
    /// Most records in a batch, while much waits.
    public var maximumBatch = 256
    /// Most records in a batch while nothing waits; ``maximumBatch`` where that is less.
    public var smallestBatch = 256
    /// How long a poll waits for its first record.
    public var linger = Duration.milliseconds(50)
    /// How long a stop, or a revocation, waits for what is in flight.
    public var drainTimeout = Duration.seconds(20)
    /// When the model is reclustered.
    public var schedule = ReclusterSchedule(period: .seconds(600))
    /// Whether reclustering runs between two steps, at an exact record, instead of in the background.
    public var reclustersInline = false
    /// What a reclustering that runs inline may use: everything else waits for it.
    public var reclusterLanes = Lanes.serial
    /// Whether the input can be read again after a failure; standard input cannot, so that the first failure is final.
    public var canRewind = true
    /// Transactions that may fail one after the other before the pipeline gives up.
    public var maximumFailures = 8
    /// How templates are mined, where records are lines of logs.
    public var templates = TemplateOptions()
    /// How records are clustered.
    public var clustering: ClusteringOptions

    /// Options with the documented defaults.
    public init(application: String, clustering: ClusteringOptions) {
        self.application = application
        self.clustering = clustering
    }
}
