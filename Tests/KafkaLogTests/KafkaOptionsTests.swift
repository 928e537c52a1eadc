import KafkaLog
import Streams
import Testing

@Suite("Kafka options are checked before anything connects")
struct KafkaOptionsTests {
    private func refusal(_ name: String, _ value: String) -> StreamError? {
        var options = KafkaOptions(bootstrapServers: "localhost:9092")
        options.properties[name] = value
        return #expect(throws: StreamError.self, "\(name)=\(value)") { try options.validate() }
    }

    @Test("Reserved properties are refused with the reason", arguments: KafkaOptions.reserved.keys.sorted())
    func reserved(name: String) {
        let error = refusal(name, "true")
        #expect(error?.code == "RESERVED" && error?.kind == .misconfigured)
        #expect(error?.message.contains(name) == true)
        #expect(error?.message.contains(KafkaOptions.reserved[name] ?? "?") == true)
    }

    @Test(
        "Unknown and malformed properties are refused by name",
        arguments: [
            ("no.such.property", "1", "UNKNOWN_PROPERTY"), ("session.timeout.ms", "soon", "INVALID_PROPERTY"),
            ("compression.type", "zip", "INVALID_PROPERTY"), ("rebalance_cb", "1", "RESERVED"),
        ]
    )
    func refused(name: String, value: String, code: String) {
        let error = refusal(name, value)
        #expect(error?.code == code && error?.kind == .misconfigured)
        #expect(error?.message.contains(name) == true)
    }

    @Test("Every other property goes through, those of topics too")
    func accepted() throws {
        var options = KafkaOptions(bootstrapServers: "localhost:9092")
        options.properties = [
            "security.protocol": "sasl_ssl", "sasl.mechanism": "SCRAM-SHA-512", "sasl.username": "u",
            "sasl.password": "p", "linger.ms": "50", "message.timeout.ms": "20000", "fetch.min.bytes": "10",
        ]
        try options.validate()
        _ = try KafkaRecordLog(options: options)
    }

    @Test("Without servers there is nothing to connect to")
    func servers() {
        #expect(throws: StreamError.self) { try KafkaOptions(bootstrapServers: "").validate() }
    }

    @Test("What only fits together badly is refused when the client is made")
    func crossChecks() throws {
        var options = KafkaOptions(bootstrapServers: "localhost:9092")
        options.properties["max.poll.interval.ms"] = "1000"
        let log = try KafkaRecordLog(options: options)
        let error = #expect(throws: StreamError.self) { try log.makeConsumer(group: "g") }
        #expect(error?.kind == .misconfigured)
    }
}
