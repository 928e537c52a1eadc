import CRdKafka
import Foundation
import Streams

// Partitions that come and go; all of it runs on the thread that polls.
extension KafkaConsumer {
    /// How long committed offsets may take inside a rebalance.
    private static let committedDeadline: Duration = .seconds(20)

    /// What librdkafka calls, inside of a poll, when partitions come or go.
    func rebalance(
        _ code: rd_kafka_resp_err_t,
        _ partitions: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>
    ) {
        let list = PartitionListHandle.partitions(of: partitions)
        _ = try? client.use { client throws(StreamError) in
            switch code {
            case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS: self.assign(list, client)
            case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
                self.giveUp(lost: rd_kafka_assignment_lost(client) != 0)
                rd_kafka_assign(client, nil)
            default:
                self.giveUp(lost: true)
                rd_kafka_assign(client, nil)
            }
        }
    }

    private func assign(_ partitions: [TopicPartition], _ client: OpaquePointer) {
        do throws(StreamError) {
            let committed = try committedOffsets(of: partitions, client)
            assignment = partitions
            let wanted = partitions.isEmpty ? [:] : listener?.assigned(partitions, committed: committed) ?? [:]
            // Without an offset librdkafka applies auto.offset.reset.
            let list = PartitionListHandle(
                partitions.map { ($0, wanted[$0] ?? committed[$0] ?? Int64(RD_KAFKA_OFFSET_INVALID)) }
            )
            if let error = KafkaConsumer.failure(rd_kafka_assign(client, list.pointer), "cannot take the partitions") {
                throw error
            }
            if isPaused { rd_kafka_pause_partitions(client, list.pointer) }
        } catch {
            // The group must go on; the owner hears of it from the poll that is under way.
            rd_kafka_assign(client, nil)
            giveUp(lost: true)
            // It holds nothing now and no rebalance is due: only a new consumer gets the partitions.
            var final = error
            if error.kind == .retriable || error.kind == .unreachable { final.kind = .fatal }
            pendingError = final
        }
    }

    private static func failure(_ code: rd_kafka_resp_err_t, _ doing: String) -> StreamError? {
        code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaErrors.make(code, doing)
    }

    private func committedOffsets(
        of partitions: [TopicPartition],
        _ client: OpaquePointer
    ) throws(StreamError) -> Offsets {
        let deadline = ContinuousClock.now + Self.committedDeadline
        while true {
            let list = PartitionListHandle(partitions)
            let code = rd_kafka_committed(client, list.pointer, 5000)
            if code == RD_KAFKA_RESP_ERR_NO_ERROR, list.failure == nil { return list.offsets }
            let error = KafkaErrors.make(list.failure?.code ?? code, "cannot read the committed offsets of \(group)")
            guard error.kind == .retriable, ContinuousClock.now < deadline else { throw error }
            Thread.sleep(forTimeInterval: 0.1)
        }
    }

    /// Ends the assignment: what was held goes to the next owner.
    func giveUp(lost: Bool) {
        // Read under the old assignment and not handed out: the next owner reads it again.
        collected.removeAll()
        pendingSeeks.removeAll()
        let partitions = assignment
        if !partitions.isEmpty { listener?.revoked(partitions, lost: lost) }
        assignment = []
    }
}
