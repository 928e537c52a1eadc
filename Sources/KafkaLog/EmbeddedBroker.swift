import CRdKafka
import Dispatch
public import Streams

/// An in-process Kafka broker: librdkafka's mock cluster, for `demo` and tests.
///
/// All of it is in memory and bounded: a partition keeps its last 5 MiB or 100,000 batches. It keeps groups and their
/// committed offsets, but knows no isolation: aborted records are visible, offsets sent to a transaction are dropped,
/// nobody is fenced. Topics are also created by writing to them, with four partitions.
public final class EmbeddedBroker: Sendable, Equatable {
    /// Requests that can be made to fail.
    public enum Request: Int16, Sendable, CaseIterable {
        /// Produce.
        case produce = 0
        /// Fetch.
        case fetch = 1
        /// ListOffsets.
        case listOffsets = 2
        /// Metadata.
        case metadata = 3
        /// OffsetCommit.
        case offsetCommit = 8
        /// OffsetFetch.
        case offsetFetch = 9
        /// FindCoordinator.
        case findCoordinator = 10
        /// JoinGroup.
        case joinGroup = 11
        /// Heartbeat.
        case heartbeat = 12
        /// SyncGroup.
        case syncGroup = 14
        /// InitProducerId.
        case initProducerID = 22
        /// AddPartitionsToTxn.
        case addPartitions = 24
        /// AddOffsetsToTxn.
        case addOffsets = 25
        /// EndTxn.
        case endTransaction = 26
        /// TxnOffsetCommit.
        case transactionOffsetCommit = 28
    }

    private let client: ClientHandle
    // The mock cluster is thread-safe (its calls are operations on its own thread); the pointer never changes and is
    // destroyed once, in deinit.
    nonisolated(unsafe) private let cluster: OpaquePointer
    private let brokers: Int

    /// Where clients find it.
    public let bootstrapServers: String

    /// Starts a cluster on free ports of the loopback interface.
    /// - Throws: ``StreamError`` (`fatal`) where it cannot start.
    public init(brokers: Int = 1) throws(StreamError) {
        let configuration = ConfigurationHandle()
        try configuration.set("client.id", "embedded-broker")
        let context = ClientContext(
            name: "embedded broker",
            sink: NoEvents(),
            queue: DispatchQueue(label: "centroidd.embedded-broker")
        )
        client = try ClientHandle(
            RD_KAFKA_PRODUCER,
            configuration,
            context: context,
            closeDeadline: .seconds(5)
        )
        let cluster = try client.use { client throws(StreamError) in rd_kafka_mock_cluster_new(client, Int32(brokers)) }
        guard let cluster, let servers = rd_kafka_mock_cluster_bootstraps(cluster) else {
            throw StreamError(.fatal, code: "_FAIL", "the embedded broker could not start")
        }
        self.cluster = cluster
        self.brokers = brokers
        bootstrapServers = String(cString: servers)
    }

    deinit {
        // The cluster before the client that carries it.
        rd_kafka_mock_cluster_destroy(cluster)
        client.destroy()
    }

    /// Whether both are one broker.
    public static func == (left: EmbeddedBroker, right: EmbeddedBroker) -> Bool { left === right }

    /// Creates a topic.
    /// - Throws: ``StreamError`` where it exists or the name is not allowed.
    public func createTopic(_ name: String, partitions: Int) throws(StreamError) {
        let code = rd_kafka_mock_topic_create(cluster, name, Int32(partitions), Int32(min(brokers, 3)))
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { throw KafkaErrors.make(code, "cannot create topic \(name)") }
    }

    /// Answers the next requests of a kind with errors, one each, in order.
    /// - Parameter errors: names of Kafka's error codes, such as `NOT_COORDINATOR`; `_TRANSPORT` cuts the connection.
    /// - Throws: ``StreamError`` (`misconfigured`) where a name is unknown.
    public func failNext(_ request: Request, _ errors: [String]) throws(StreamError) {
        var codes: [rd_kafka_resp_err_t] = []
        for name in errors {
            guard let code = KafkaErrors.code(named: name) else {
                throw StreamError(.misconfigured, code: "_INVALID_ARG", "there is no Kafka error named \(name)")
            }
            codes.append(code)
        }
        rd_kafka_mock_push_request_errors_array(cluster, request.rawValue, codes.count, codes)
    }

    /// Forgets the errors of a request that were not answered yet.
    public func clearFailures(of request: Request) {
        rd_kafka_mock_clear_request_errors(cluster, request.rawValue)
    }

    /// Takes all brokers off the network, or back.
    public func setReachable(_ reachable: Bool) {
        _ = reachable ? rd_kafka_mock_broker_set_up(cluster, -1) : rd_kafka_mock_broker_set_down(cluster, -1)
    }

    /// Delays every answer.
    public func setRoundTripTime(_ time: Duration) {
        _ = rd_kafka_mock_broker_set_rtt(cluster, -1, Int32(clamping: time.milliseconds))
    }
}
