import CRdKafka
import Foundation
import Streams

/// Asks for and creates topics, with a client of its own.
final class Administration {
    private let client: ClientHandle
    private let options: KafkaOptions
    private let interruption: Interruption
    private let log: KafkaRecordLog

    init(log: KafkaRecordLog) throws(StreamError) {
        self.log = log
        options = log.options
        interruption = log.interruption
        // A consumer: its metadata requests do not create topics.
        client = try ClientHandle(
            RD_KAFKA_CONSUMER,
            try options.configuration(for: .reader),
            context: ClientContext(name: "administration", sink: log.sink, queue: log.queue),
            closeDeadline: options.closeDeadline
        )
    }

    deinit {
        client.destroy()
    }

    // MARK: Metadata

    /// What the cluster says of a topic, asked until it answers or the start deadline ends.
    func metadata(of topic: String) throws(StreamError) -> TopicDescription {
        // The embedded broker creates whatever topic it is asked about, so it is asked for all that it has.
        try metadata(of: topic, client: client, amongAll: options.embedded != nil)
    }

    private func metadata(
        of topic: String,
        client: ClientHandle,
        amongAll: Bool
    ) throws(StreamError) -> TopicDescription {
        let deadline = options.startDeadline
        let end = ContinuousClock.now + deadline
        let doing = "cannot ask for topic \(topic)"
        while true {
            let (answer, code) = try client.use { client throws(StreamError) in
                Self.ask(client, topic, amongAll: amongAll)
            }
            if let answer, answer.error?.kind != .retriable || answer.error?.code == "UNKNOWN_TOPIC_OR_PART" {
                return answer
            }
            guard !interruption.isRequested else {
                throw StreamError(.retriable, code: "_INTR", "\(doing): interrupted")
            }
            let error = answer?.error ?? KafkaErrors.make(code, doing)
            guard error.kind == .retriable || error.kind == .unreachable else { throw error }
            _ = try client.use { client throws(StreamError) in rd_kafka_poll(client, 0) }
            if let problem = client.context.problem, problem.kind == .unauthorised { throw problem }
            guard ContinuousClock.now < end else {
                let reason = client.context.problem?.message ?? error.message
                throw StreamError(
                    .unreachable,
                    code: error.code,
                    "\(doing): no answer from Kafka within \(deadline.components.seconds) s: \(reason)"
                )
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    private static func ask(
        _ client: OpaquePointer,
        _ topic: String,
        amongAll: Bool
    ) -> (TopicDescription?, rd_kafka_resp_err_t) {
        let handle = amongAll ? nil : rd_kafka_topic_new(client, topic, nil)
        if handle == nil && !amongAll { return (nil, rd_kafka_last_error()) }
        defer { if let handle { rd_kafka_topic_destroy(handle) } }
        var metadata: UnsafePointer<rd_kafka_metadata>?
        let code = rd_kafka_metadata(client, amongAll ? 1 : 0, amongAll ? nil : handle, &metadata, 1000)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { return (nil, code) }
        defer { rd_kafka_metadata_destroy(metadata) }
        let entries = UnsafeBufferPointer(start: metadata.pointee.topics, count: Int(metadata.pointee.topic_cnt))
        guard let entry = entries.first(where: { $0.topic.map { String(cString: $0) } == topic }) else {
            return (TopicDescription(name: topic), code)
        }
        var description = TopicDescription(name: topic)
        switch entry.err {
        case RD_KAFKA_RESP_ERR_NO_ERROR: description.partitions = Int(entry.partition_cnt)
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: break
        default: description.error = KafkaErrors.make(entry.err, "topic \(topic)")
        }
        return (description, code)
    }

    // MARK: Creation

    func create(_ topics: [TopicDefinition]) throws(StreamError) {
        if let broker = options.embedded {
            for topic in topics { try broker.createTopic(topic.name, partitions: topic.partitions) }
            return
        }
        do throws(StreamError) {
            try createByAdmin(topics)
        } catch  where error.code == "_UNSUPPORTED_FEATURE" {
            try createByMetadata(topics)
            return
        }
        for topic in topics { try awaitTopic(topic.name, client) }
    }

    private func createByAdmin(_ topics: [TopicDefinition]) throws(StreamError) {
        var requests = topics.map { topic -> OpaquePointer? in
            // -1: the broker's default replication factor.
            let request = rd_kafka_NewTopic_new(topic.name, Int32(topic.partitions), -1, nil, 0)
            if topic.compacted, let request { rd_kafka_NewTopic_set_config(request, "cleanup.policy", "compact") }
            return request
        }
        defer { for request in requests { if let request { rd_kafka_NewTopic_destroy(request) } } }
        let deadline = options.startDeadline
        try ask(RD_KAFKA_ADMIN_OP_CREATETOPICS, "cannot create topics", within: deadline) { client, options, queue in
            rd_kafka_CreateTopics(client, &requests, requests.count, options, queue)
        } answer: { event throws(StreamError) in
            var count = 0
            guard let result = rd_kafka_event_CreateTopics_result(event),
                let answers = rd_kafka_CreateTopics_result_topics(result, &count)
            else { return }
            for index in 0..<count {
                let code = rd_kafka_topic_result_error(answers[index])
                if code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS { continue }
                let name = rd_kafka_topic_result_name(answers[index]).map { String(cString: $0) } ?? ""
                let detail = rd_kafka_topic_result_error_string(answers[index]).map { String(cString: $0) }
                throw KafkaErrors.make(code, "cannot create topic \(name)", detail: detail)
            }
        }
    }

    /// A producer's metadata request creates a topic where the broker is configured to.
    private func createByMetadata(_ topics: [TopicDefinition]) throws(StreamError) {
        let producer = try ClientHandle(
            RD_KAFKA_PRODUCER,
            try options.configuration(for: .producer(transactionalID: nil)),
            context: ClientContext(name: "administration", sink: log.sink, queue: log.queue),
            closeDeadline: options.closeDeadline
        )
        defer { producer.destroy() }
        for topic in topics { try awaitTopic(topic.name, producer) }
    }

    private func awaitTopic(_ topic: String, _ client: ClientHandle) throws(StreamError) {
        let deadline = ContinuousClock.now + options.startDeadline
        while true {
            let answer = try metadata(of: topic, client: client, amongAll: false)
            if answer.exists { return }
            if let error = answer.error { throw error }
            guard ContinuousClock.now < deadline else {
                throw StreamError(
                    .fatal,
                    code: "UNKNOWN_TOPIC_OR_PART",
                    "topic \(topic) was created but does not appear"
                )
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
    }

    // MARK: Configuration

    /// The topic's `cleanup.policy`; nil where the broker does not tell.
    func cleanupPolicy(of topic: String) -> String? {
        var resources = [rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)]
        defer { for resource in resources { if let resource { rd_kafka_ConfigResource_destroy(resource) } } }
        var policy: String?
        // Short, as it is only for a report, and a broker without the admin API never answers.
        let deadline = min(options.startDeadline, .seconds(5))
        try? ask(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, "cannot describe topic \(topic)", within: deadline) {
            client,
            options,
            queue in
            rd_kafka_DescribeConfigs(client, &resources, resources.count, options, queue)
        } answer: { event throws(StreamError) in
            var count = 0
            guard let result = rd_kafka_event_DescribeConfigs_result(event),
                let answers = rd_kafka_DescribeConfigs_result_resources(result, &count), count > 0
            else { return }
            var entryCount = 0
            guard let entries = rd_kafka_ConfigResource_configs(answers[0], &entryCount) else { return }
            for index in 0..<entryCount {
                guard let name = rd_kafka_ConfigEntry_name(entries[index]),
                    String(cString: name) == "cleanup.policy"
                else { continue }
                policy = rd_kafka_ConfigEntry_value(entries[index]).map { String(cString: $0) }
            }
        }
        return policy
    }

    // MARK: The admin API's way of asking

    private func ask(
        _ operation: rd_kafka_admin_op_t,
        _ doing: String,
        within deadline: Duration,
        request: (OpaquePointer, OpaquePointer?, OpaquePointer) -> Void,
        answer: (OpaquePointer) throws(StreamError) -> Void
    ) throws(StreamError) {
        let milliseconds = Int32(clamping: deadline.milliseconds)
        try client.use { client throws(StreamError) in
            guard let queue = rd_kafka_queue_new(client) else { return }
            defer { rd_kafka_queue_destroy(queue) }
            let settings = rd_kafka_AdminOptions_new(client, operation)
            defer { rd_kafka_AdminOptions_destroy(settings) }
            var reason = [CChar](repeating: 0, count: 256)
            _ = rd_kafka_AdminOptions_set_request_timeout(settings, milliseconds, &reason, reason.count)
            request(client, settings, queue)
            guard let event = rd_kafka_queue_poll(queue, milliseconds &+ 1000) else {
                throw KafkaErrors.make(RD_KAFKA_RESP_ERR__TIMED_OUT, doing)
            }
            defer { rd_kafka_event_destroy(event) }
            let code = rd_kafka_event_error(event)
            if code != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaErrors.make(
                    code,
                    doing,
                    detail: rd_kafka_event_error_string(event).map { String(cString: $0) }
                )
            }
            try answer(event)
        }
    }
}
