/// All that can be configured, with its defaults. Plain values: how a file becomes one is in `Settings+Load.swift`,
/// how the rooms use it is the service's affair.
public struct Settings: Sendable, Equatable {
    /// Names the consumer group, the transactional id and the daemon's own topics; needed where Kafka is used.
    public var application: String?
    /// How to reach Kafka.
    public var kafka = KafkaSettings()
    /// What is read.
    public var input = InputSettings()
    /// How records become events of entities.
    public var entity = EntitySettings()
    /// What a record is turned into.
    public var space = SpaceSettings()
    /// How records are grouped into sessions.
    public var session = SessionSettings()
    /// How records are clustered.
    public var clusters = ClusterSettings()
    /// Periodic reclustering.
    public var recluster = ReclusterSettings()
    /// What is anomalous.
    public var anomalies = AnomalySettings()
    /// What is kept to describe clusters to people.
    public var labels = LabelSettings()
    /// What is written.
    public var output = OutputSettings()
    /// The status server.
    public var http = HTTPSettings()
    /// Memory and threads.
    public var pipeline = PipelineSettings()
    /// Diagnostics.
    public var log = LogSettings()

    /// The defaults.
    public init() {}

    /// What the settings are for: it decides which keys must be there.
    public enum Purpose: Sendable {
        /// The daemon: needs an application, brokers and input topics.
        case daemon
        /// Files or standard input: no Kafka.
        case pipe
        /// A table: what records name by fields stands in columns, whatever their format.
        case table
    }
}
