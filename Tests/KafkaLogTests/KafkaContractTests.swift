import Foundation
import KafkaLog
import Streams
import TestSupport
import Testing

@Suite("Kafka keeps the contract of a log", .ownThread)
struct KafkaContractTests {
    /// One broker for the whole suite: starting one is cheap, but groups take three seconds to form anyway.
    private static let broker = Result { () throws(StreamError) in try EmbeddedBroker() }

    @Test("on the embedded broker", arguments: RecordLogContract.Check.allCases)
    func embedded(_ check: RecordLogContract.Check) throws {
        let broker = try Self.broker.get()
        let contract = RecordLogContract(
            abilities: [],
            makeLog: { try KafkaRecordLog(options: .embedded(broker)) }
        )
        try contract.run(check)
    }

    private static let servers = ProcessInfo.processInfo.environment["KAFKA_BOOTSTRAP_SERVERS"]

    @Test(
        "on a real cluster, with isolation and fencing",
        .enabled(if: servers != nil, "KAFKA_BOOTSTRAP_SERVERS is not set: no real cluster is tested"),
        arguments: RecordLogContract.Check.allCases
    )
    func real(_ check: RecordLogContract.Check) throws {
        let servers = try #require(Self.servers)
        let contract = RecordLogContract(abilities: .all, patience: .seconds(60)) {
            try KafkaRecordLog(options: KafkaOptions(bootstrapServers: servers))
        }
        try contract.run(check)
    }
}

extension KafkaOptions {
    /// Options for tests: short timeouts.
    static func embedded(_ broker: EmbeddedBroker) -> KafkaOptions {
        var options = KafkaOptions(embedded: broker)
        options.transactionTimeout = .seconds(10)
        options.sessionTimeout = .seconds(6)
        return options
    }
}
