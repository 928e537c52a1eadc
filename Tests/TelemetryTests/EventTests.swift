import Logging
import Synchronization
import Testing

@testable import Telemetry

@Suite struct EventTests {
    private let lines = Lines()

    private final class Lines: Sendable {
        let all = Mutex<[String]>([])
    }

    private func sink() -> EventSink {
        let output = LogOutput(
            level: .trace,
            usesJournalPrefix: true,
            burst: 0,
            sink: { [lines] line in lines.all.withLock { $0.append(line) } }
        )
        return EventSink(logger: output.logger("test"))
    }

    @Test func revokingPartitionsRemovesTheirLag() {
        let sink = sink()
        let partitions = (0..<2).map { PartitionName(topic: "logs", partition: $0) }
        sink.emit(PartitionsAssigned(partitions: partitions, owned: 2))
        for partition in partitions { sink.emit(LagMeasured(partition: partition, lag: 7)) }
        #expect(sink.metrics.total(of: .consumerLag) == 14)
        sink.emit(PartitionsRevoked(partitions: [partitions[0]], owned: 1, lost: false))
        #expect(sink.metrics.value(of: .consumerLag, ["topic": "logs", "partition": "0"]) == nil)
        #expect(sink.metrics.value(of: .consumerLag, ["topic": "logs", "partition": "1"]) == 7)
        #expect(sink.metrics.value(of: .assignedPartitions) == 1)
        #expect(sink.recent.latest().map(\.text) == ["revoked logs[0]", "assigned logs[0,1]"])
    }

    @Test func aRefusedRecordIsLoggedAndCountedByItsOutcome() {
        let sink = sink()
        let partition = PartitionName(topic: "logs", partition: 3)
        for outcome in [RecordRefused.Outcome.deadLettered, .skipped, .stopped] {
            sink.emit(
                RecordRefused(
                    outcome: outcome,
                    reason: "invalid_json",
                    message: "no value",
                    partition: partition,
                    offset: 9
                )
            )
        }
        #expect(sink.metrics.value(of: .recordsDeadLettered, ["reason": "invalid_json"]) == 1)
        #expect(sink.metrics.value(of: .recordsSkipped, ["reason": "invalid_json"]) == 1)
        #expect(sink.metrics.value(of: .errors, ["stage": "decode", "error_type": "invalid_json"]) == 3)
        let written = lines.all.withLock { $0 }
        #expect(written.map { $0.prefix(3) } == ["<4>", "<4>", "<3>"])
        #expect(written[0].contains("offset=9") && written[0].contains("reason=invalid_json"))
    }

    @Test func batchesAndTransactionsAddUp() {
        let sink = sink()
        sink.emit(RecordsConsumed(records: 10, bytes: 1000))
        sink.emit(BatchEmbedded(records: 10, tokens: 120, seconds: 0.01))
        sink.emit(BatchAssigned(records: 10, anomalies: ["far": 2, "rare": 1], seconds: 0.001))
        sink.emit(BatchPublished(records: 10, latency: 0.02))
        sink.emit(TransactionCommitted(records: 10, seconds: 0.004))
        sink.emit(TransactionAborted(reason: "_TIMED_OUT", message: "timed out"))
        #expect(sink.metrics.value(of: .recordsConsumed) == 10)
        #expect(sink.metrics.value(of: .recordsAssigned) == 10)
        #expect(sink.metrics.total(of: .recordsAnomalies) == 3)
        #expect(sink.metrics.value(of: .embeddingTokens) == 120)
        #expect(sink.metrics.value(of: .transactionCommits) == 1)
        #expect(sink.metrics.value(of: .commitDuration) == 1)
        #expect(sink.metrics.value(of: .transactionAborts, ["reason": "_TIMED_OUT"]) == 1)
    }

    @Test func theModelsEventsSetItsGauges() {
        let sink = sink()
        sink.emit(ModelAdopted(version: 4, clusters: 12, records: 999, origin: "recluster"))
        sink.emit(ClusterChanged(change: .merged, cluster: 3, related: [5, 8], label: "disk full"))
        sink.emit(
            ReclusterFinished(
                verdict: .refused,
                reason: "worse",
                algorithm: "kmeans",
                clusters: 9,
                sample: 500,
                seconds: 2
            )
        )
        #expect(sink.metrics.value(of: .modelVersion) == 4)
        #expect(sink.metrics.value(of: .clusterChanges, ["change": "merged"]) == 1)
        #expect(sink.metrics.value(of: .reclusterVerdicts, ["verdict": "refused"]) == 1)
        #expect(
            sink.recent.latest().map(\.text) == [
                "refused (kmeans, 9 clusters): worse", "3 merged (5,8): disk full",
            ]
        )
    }

    @Test func theServiceTellsItsLife() {
        let sink = sink()
        sink.emit(ServiceStarted(application: "a", version: "1.2.3"))
        #expect(sink.metrics.value(of: .ready) == 0)
        sink.emit(StateChanged(from: "starting", to: "running", ready: true))
        #expect(sink.metrics.value(of: .ready) == 1)
        sink.emit(ServiceStopping(reason: "SIGTERM"))
        #expect(sink.metrics.value(of: .ready) == 0)
        #expect(sink.metrics.value(of: .buildInfo, ["version": "1.2.3"]) == 1)
    }

    @Test func labelsOfEverySeriesAreThoseOfItsDefinition() {
        let sink = sink()
        let partition = PartitionName(topic: "t", partition: 0)
        sink.emit(InstanceFenced(message: "m"))
        sink.emit(BrokerFailed(code: "_TRANSPORT", message: "m", transient: true))
        sink.emit(StageFailed(stage: "embed", errorType: "x", message: "m"))
        sink.emit(LagMeasured(partition: partition, lag: 1))
        sink.emit(MemoryMeasured(inFlightBytes: 1, ceilingBytes: 2))
        sink.emit(InputPaused(stage: "embed"))
        sink.emit(ThresholdMoved(threshold: 0.4))
        sink.emit(DiagnosisChanged(finding: "ceiling", lasts: true, advice: "raise it"))
        sink.emit(AlarmRateMeasured(realised: 0.02, asked: 0.01))
        for (name, family) in sink.metrics.families.withLock({ $0 }) {
            for labels in family.series.keys {
                #expect(labels.pairs.map(\.name) == family.definition.labels, "\(name)")
            }
        }
    }

    @Test func aDiagnosisLastsUntilItIsOver() {
        let sink = sink()
        sink.emit(DiagnosisChanged(finding: "ceiling", lasts: true, advice: "raise it"))
        #expect(sink.metrics.value(of: .modelDiagnosis, ["finding": "ceiling"]) == 1)
        sink.emit(DiagnosisChanged(finding: "ceiling", lasts: false, advice: "raise it"))
        #expect(sink.metrics.value(of: .modelDiagnosis, ["finding": "ceiling"]) == 0)
        #expect(sink.recent.latest().map(\.text) == ["ceiling is over", "ceiling: raise it"])
        sink.emit(AlarmRateMeasured(realised: 0.02, asked: 0.01))
        #expect(sink.metrics.value(of: .alarmRate) == 0.02)
        #expect(sink.metrics.value(of: .alarmRateAsked) == 0.01)
    }

    @Test func recentEventsKeepTheLatest() {
        let recent = RecentEvents(capacity: 3, clock: { 5 })
        for index in 0..<5 { recent.add("k", "\(index)") }
        #expect(recent.latest().map(\.text) == ["4", "3", "2"])
        #expect(recent.latest(1) == [.init(time: 5, kind: "k", text: "4")])
    }
}
