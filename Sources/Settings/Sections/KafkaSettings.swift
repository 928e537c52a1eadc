/// How to reach Kafka, and how to be a member there.
public struct KafkaSettings: Sendable, Equatable {
    /// `host:port`, several separated by commas; needed where Kafka is used.
    public var bootstrapServers: String?
    /// The name under which brokers log us.
    public var clientID = "centroidd"
    /// A name that is stable over restarts and unique in the application (`group.instance.id`, KIP-345); nil makes the
    /// member dynamic.
    public var instance: String?
    /// After this long without a heartbeat the group gives our partitions away.
    public var sessionTimeout = Duration.seconds(45)
    /// After this long without a poll the client leaves the group.
    public var pollTimeout = Duration.seconds(300)
    /// After this long the broker aborts an open transaction.
    public var transactionTimeout = Duration.seconds(30)
    /// Raw librdkafka properties. Those whose value came from a file are listed in ``secrets``.
    public var properties: [String: String] = [:]
    /// Names of ``properties`` that must not be shown.
    public var secrets: Set<String> = []

    /// The defaults.
    public init() {}
}

extension KafkaSettings: CustomStringConvertible {
    /// What may be logged: secrets show as `***`, those that stand in the configuration itself included.
    public var description: String {
        let shown = properties.sorted { $0.key < $1.key }.map { name, value in
            let isSecret = secrets.contains(name) || Self.sensitiveProperties.contains(name)
            return "\(name)=\(isSecret ? "***" : value)"
        }
        return "\(bootstrapServers ?? "(no servers)") as \(clientID), properties [\(shown.joined(separator: ", "))]"
    }

    /// librdkafka properties whose values are secrets by their nature.
    static let sensitiveProperties: Set<String> = [
        "sasl.password", "sasl.oauthbearer.client.secret", "ssl.key.password",
        "ssl.key.pem", "ssl.keystore.password",
    ]
}
