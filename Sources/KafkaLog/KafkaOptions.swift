public import Streams

/// How to reach a cluster and how its clients behave.
public struct KafkaOptions: Sendable, Equatable {
    /// `host:port`, several separated by commas.
    public var bootstrapServers: String
    /// Raw librdkafka properties; they win over everything here that is not reserved. See ``reserved``.
    public var properties: [String: String] = [:]
    /// How the clients name themselves to the brokers.
    public var clientID = "centroidd"
    /// Makes consumers static members (KIP-345): a restart within the session moves no partitions.
    public var groupInstanceID: String?
    /// Time without a heartbeat after which the group drops a member.
    public var sessionTimeout: Duration = .seconds(45)
    /// Time after which the coordinator aborts an open transaction and fences its producer.
    public var transactionTimeout: Duration = .seconds(30)
    /// Whether a group without a committed offset starts at the end instead of the beginning.
    public var startsAtEnd = false
    /// Between two statistics documents; zero turns them off.
    public var statisticsInterval: Duration = .zero
    /// How long the first contact with the cluster may take before it counts as unreachable.
    public var startDeadline: Duration = .seconds(30)
    /// How long closing a client may take before it is left behind.
    public var closeDeadline: Duration = .seconds(5)
    /// Bytes that a consumer prefetches at most, and that a producer buffers at most.
    public var bufferBytes = 32 << 20

    /// The broker inside this process, where it is one.
    let embedded: EmbeddedBroker?

    /// The defaults for a cluster.
    public init(bootstrapServers: String) {
        self.bootstrapServers = bootstrapServers
        embedded = nil
    }

    /// The defaults for the broker inside this process. It has no admin API, so topics are created in it directly.
    public init(embedded broker: EmbeddedBroker) {
        bootstrapServers = broker.bootstrapServers
        embedded = broker
        // It lets every empty fetch wait for the whole time.
        properties["fetch.wait.max.ms"] = "10"
    }

    /// Properties that decide about correctness, and why they are not the user's to set.
    public static let reserved: [String: String] = [
        "bootstrap.servers": "set kafka.bootstrap_servers instead",
        "metadata.broker.list": "set kafka.bootstrap_servers instead",
        "group.id": "the consumer group is named after the application",
        "transactional.id": "it is made of the application's name, so that a successor fences its predecessor",
        "enable.auto.commit": "offsets are committed with the output, never by themselves",
        "auto.commit.enable": "offsets are committed with the output, never by themselves",
        "auto.commit.interval.ms": "offsets are committed with the output, never by themselves",
        "enable.auto.offset.store": "offsets are committed with the output, never by themselves",
        "isolation.level": "only committed records are read",
        "enable.idempotence": "the producer is always idempotent",
        "partition.assignment.strategy": "rebalances are eager (range,roundrobin); all members must agree on it",
        "enable.partition.eof": "ends of partitions are tracked internally",
        "log.queue": "log lines are forwarded to the daemon's own log",
        "enabled_events": "events are handled internally",
        "opaque": "it is a pointer",
        "default_topic_conf": "it is a pointer",
    ]

    /// Checks the properties without any connection.
    /// - Throws: ``StreamError`` (`misconfigured`) that names a reserved, unknown or malformed property.
    public func validate() throws(StreamError) {
        for kind in [ClientKind.consumer(group: "check"), .producer(transactionalID: "check")] {
            _ = try configuration(for: kind)
        }
    }

    /// What a client is for.
    enum ClientKind {
        case consumer(group: String)
        /// Reads whole partitions and belongs to no group.
        case reader
        case producer(transactionalID: String?)

        var name: String {
            switch self {
            case .consumer: "consumer"
            case .reader: "reader"
            case .producer: "producer"
            }
        }
    }

    /// librdkafka's configuration of a client: our defaults, then the user's properties, then what is reserved.
    func configuration(for kind: ClientKind) throws(StreamError) -> ConfigurationHandle {
        try refuseReserved()
        guard !bootstrapServers.isEmpty else {
            throw StreamError(.misconfigured, code: "_INVALID_ARG", "kafka.bootstrap_servers is empty")
        }
        let handle = ConfigurationHandle()
        for (name, value) in defaults(for: kind) { try handle.set(name, value) }
        for (name, value) in properties.sorted(by: { $0.key < $1.key }) { try handle.set(name, value) }
        for (name, value) in fixed(for: kind) { try handle.set(name, value) }
        return handle
    }

    private func refuseReserved() throws(StreamError) {
        for name in properties.keys.sorted() {
            let reason = Self.reserved[name] ?? (name.hasSuffix("_cb") ? "it is a pointer" : nil)
            if let reason {
                throw StreamError(
                    .misconfigured,
                    code: "RESERVED",
                    "the Kafka property \(name) is reserved: \(reason); remove it"
                )
            }
        }
    }

    private func defaults(for kind: ClientKind) -> [(String, String)] {
        var list = [
            ("client.id", clientID), ("statistics.interval.ms", String(statisticsInterval.milliseconds)),
            // The default of 100 ms is added to nearly every transaction: the broker answers the first request after
            // a commit with CONCURRENT_TRANSACTIONS while it still closes the previous one.
            ("retry.backoff.ms", "10"), ("reconnect.backoff.max.ms", "5000"),
            ("socket.keepalive.enable", "true"),
        ]
        switch kind {
        case .consumer, .reader:
            list += [
                ("session.timeout.ms", String(sessionTimeout.milliseconds)),
                ("auto.offset.reset", startsAtEnd ? "latest" : "earliest"),
                ("queued.max.messages.kbytes", String(max(1, bufferBytes / 1024))),
                ("fetch.wait.max.ms", "100"),
            ]
            if case .consumer = kind, let groupInstanceID { list.append(("group.instance.id", groupInstanceID)) }
        case .producer(let id):
            list += [
                ("linger.ms", "5"), ("compression.type", "lz4"),
                ("queue.buffering.max.kbytes", String(max(1, bufferBytes / 1024))),
            ]
            if id != nil { list.append(("transaction.timeout.ms", String(transactionTimeout.milliseconds))) }
        }
        return list
    }

    private func fixed(for kind: ClientKind) -> [(String, String)] {
        var list = [("bootstrap.servers", bootstrapServers)]
        switch kind {
        case .consumer(let group):
            list += [("group.id", group), ("partition.assignment.strategy", "range,roundrobin")]
            fallthrough
        case .reader:
            list += [
                ("enable.auto.commit", "false"), ("enable.auto.offset.store", "false"),
                ("isolation.level", "read_committed"),
            ]
            if case .reader = kind {
                // librdkafka wants a group for every consumer; this one never joins or commits.
                list += [("group.id", clientID + "-reader"), ("enable.partition.eof", "true")]
            }
        case .producer(let id):
            list.append(("enable.idempotence", "true"))
            if let id { list.append(("transactional.id", id)) }
        }
        return list
    }
}

extension Duration {
    /// Whole milliseconds, rounded down.
    var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}
