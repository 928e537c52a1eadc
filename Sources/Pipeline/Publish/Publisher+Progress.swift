import Clustering
import Streams
import Telemetry
import Templates

// What the publisher tells of its work.
extension Publisher {
    func writeEvents(_ state: inout State) throws {
        for event in state.coordinator.takeEvents() {
            emit(event)
            guard let topic = options.eventsTopic else { continue }
            try state.transaction.send(OutgoingRecord(topic: topic, value: try event.encoded()))
        }
    }

    private func emit(_ event: ModelEvent) {
        switch event {
        case .lineage(let lineage):
            guard let change = ClusterChanged.Change(rawValue: lineage.kind.rawValue) else { return }
            sink.emit(
                ClusterChanged(change: change, cluster: lineage.cluster, related: lineage.related, label: lineage.label)
            )
        case .incident(let event):
            sink.emit(
                IncidentChanged(
                    state: event.state.rawValue,
                    cluster: event.incident.cluster,
                    label: event.incident.label,
                    reason: event.incident.reason.rawValue,
                    alarms: event.incident.count
                )
            )
        case .feedback(let feedback):
            sink.emit(
                ClusterMarked(
                    cluster: feedback.cluster,
                    label: feedback.label,
                    standing: feedback.standing?.rawValue ?? "none"
                )
            )
        case .template(let event):
            sink.emit(TemplateChanged(change: event.kind.rawValue, template: event.template, text: event.text))
        case .verdict(let verdict, _):
            var judged = ReclusterJudged()
            judged.silhouette = verdict.inUse?.silhouette
            judged.daviesBouldin = verdict.inUse?.daviesBouldin
            judged.calinskiHarabasz = verdict.inUse?.calinskiHarabasz
            judged.inertia = verdict.inUse?.inertia
            judged.anomalyRate = verdict.inUse?.anomalyRate
            judged.retention = verdict.tests.first { $0.name == .retention }?.candidate
            judged.mapResidual = verdict.mapResidual
            sink.emit(judged)
        case .finding(let finding, let lasts, _):
            sink.emit(DiagnosisChanged(finding: finding.rawValue, lasts: lasts, advice: finding.advice))
        }
    }

    func publishProgress(_ state: inout State, commitSeconds: Double) {
        let tally = state.tally
        state.tally = Tally()
        let model = state.coordinator.model
        let positions = state.ledger.committed
        let entities = state.entities?.count
        board.update { progress in
            if let entities { progress.add(tally.entities, count: entities) }
            progress.records.assigned += tally.records.assigned
            progress.records.anomalies += tally.records.anomalies
            progress.records.deadLettered += tally.records.deadLettered
            progress.records.skipped += tally.records.skipped
            progress.anomalies += tally.anomalies
            progress.transactions.committed += 1
            progress.transactions.lastCommitMs = commitSeconds * 1000
            progress.model = model
            progress.positions = positions
        }
        sink.emit(
            ModelAdopted(
                version: Int(model.version),
                clusters: model.clusters.count,
                records: Int(model.records),
                origin: "online"
            )
        )
        if let entities {
            sink.emit(
                EntitiesMeasured(
                    entities: entities,
                    evicted: tally.entities.evicted,
                    changes: tally.entities.changes
                )
            )
        }
        if let sessions = state.sessions {
            sink.emit(
                SessionsMeasured(
                    open: sessions.count,
                    closed: tally.sessions.closed,
                    late: tally.sessions.late,
                    withoutKey: tally.sessions.withoutKey
                )
            )
        }
        if let templates = model.templates { sink.emit(TemplatesMeasured(templates: templates.templates.count)) }
        if let threshold = model.threshold.value { sink.emit(ThresholdMoved(threshold: threshold)) }
        if let rate = model.vigilance.alarmRate {
            sink.emit(AlarmRateMeasured(realised: rate, asked: options.clustering.anomalies.falseAlarmRate))
        }
        let ends = consumer.endOffsets()
        for (partition, position) in positions {
            guard let end = ends[partition] else { continue }
            sink.emit(LagMeasured(partition: PartitionName(partition), lag: max(0, end - position)))
        }
    }
}
