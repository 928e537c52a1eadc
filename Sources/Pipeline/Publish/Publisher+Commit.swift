import BatchClustering
import Clustering
import Dispatch
import Embedding
import Foundation
import Streams
import Synchronization
import Telemetry
import Templates

extension Publisher {
    func commitIsDue(_ state: State) -> Bool {
        state.transaction.isOpen && ContinuousClock.now - state.transaction.opened >= options.commitInterval
    }

    /// Called by the timer on the publisher's queue.
    func tick() {
        attempt { state throws in
            guard !state.failed else { return }
            try endSessions(all: false, state: &state)
            if commitIsDue(state) { try commit(&state) }
            askForReclustering(&state)
            let usage = budget.current
            sink.emit(MemoryMeasured(inFlightBytes: usage.bytes, ceilingBytes: budget.maximumBytes))
        }
    }

    /// Ends the open transaction: the model merges what is pending, and what changed of it is written beside the
    /// assignments.
    func commit(_ state: inout State) throws {
        guard state.transaction.isOpen else { return }
        let records = state.tally.records
        let start = ContinuousClock.now
        // Without a store nothing says that the model must cover this very record: the step goes on.
        if options.store != nil { try settleModel(&state) }
        try writeEvents(&state)
        // Offsets alone, of dead letters or skipped records, are written too: after a commit of unknown outcome the
        // store is what tells how far the input is done.
        let changed = state.stored?.version != state.coordinator.model.version || !state.ledger.pending.isEmpty
        if let store = options.store, changed {
            let changes = try store.records(
                from: state.stored,
                to: state.coordinator.model,
                covered: state.ledger.covered
            )
            for record in changes { try state.transaction.send(record) }
        }
        for record in stateChanges(state) { try state.transaction.send(record) }
        try state.transaction.commit(state.ledger.pending, of: consumer)
        state.entities?.commit(state.ledger.pending)
        state.sessions?.commit(state.ledger.pending)
        state.ledger.commit()
        state.stored = state.coordinator.model
        state.committed = state.coordinator
        state.failuresInARow = 0
        sink.emit(
            TransactionCommitted(
                records: records.assigned,
                seconds: (ContinuousClock.now - start).seconds
            )
        )
        publishProgress(&state, commitSeconds: (ContinuousClock.now - start).seconds)
    }

    /// Makes the model cover every record assigned so far.
    private func settleModel(_ state: inout State) throws {
        try Self.settle(&state.worker, &state.coordinator)
    }

    private static func settle(_ worker: inout Worker, _ coordinator: inout Coordinator) throws {
        try worker.flush { delta throws(ClusteringError) in try coordinator.merge(delta) }
    }

    private func writeEvents(_ state: inout State) throws {
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

    private func publishProgress(_ state: inout State, commitSeconds: Double) {
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

    /// Everything before is done: commit it, or give it up where the partitions are already lost.
    func settle(lost: Bool) {
        attempt { state throws in
            guard !state.failed else { return }
            if lost {
                try rollBack(&state, replacingProducer: false)
                sink.emit(TransactionAborted(reason: "partitions_lost", message: "the group took the partitions away"))
            } else {
                // What is kept in memory alone ends with the input.
                if storedStates == nil { try endSessions(all: true, state: &state) }
                try settleModel(&state)
                try commit(&state)
            }
        }
    }

    /// What comes before a batch that could not be embedded is committed; that batch and all behind it are read again by
    /// whoever comes next.
    func abandon(_ batch: Batch, _ interruption: EmbeddingInterruption) {
        attempt { state throws in
            guard !state.failed, batch.epoch == state.epoch else { return }
            try settleModel(&state)
            try commit(&state)
            state.epoch += 1
            if case .stopped = interruption, options.canRewind {
                return sink.emit(EmbeddingGivenUp(message: interruption.description))
            }
            fail(.embedding(interruption), state: &state)
        }
    }

    /// Gives up all that is in flight, where it can be read again.
    func discard() {
        attempt { state throws in
            guard !state.failed, options.canRewind else { return }
            try rollBack(&state, replacingProducer: false)
        }
    }

    /// What happens to an error of the log: give up the transaction, go back to the last commit, read again.
    func recover(from error: StreamError, state: inout State) {
        switch error.kind {
        case .fenced, .unauthorised, .misconfigured:
            return fail(.log(error), state: &state)
        case .retriable, .abortable, .fatal, .unreachable:
            break
        }
        guard options.canRewind else { return fail(.log(error), state: &state) }
        state.failuresInARow += 1
        sink.emit(TransactionAborted(reason: error.code, message: error.message))
        board.update { $0.transactions.aborted += 1 }
        guard state.failuresInARow <= options.maximumFailures else { return fail(.log(error), state: &state) }
        // Waits 0.1 s, doubling; the stages before this one fill up and reading stops meanwhile.
        if state.failuresInARow > 1 {
            Thread.sleep(forTimeInterval: min(5, 0.05 * Double(1 << state.failuresInARow)))
        }
        do {
            try rollBack(&state, replacingProducer: error.kind != .abortable)
        } catch {
            fail(Pipeline.failure(from: error), state: &state)
        }
    }

    /// Back to what the last commit left, in a new epoch: what is in flight is dropped and read again.
    private func rollBack(_ state: inout State, replacingProducer: Bool) throws {
        if try state.transaction.abort(replacingProducer: replacingProducer), let stored = try restore() {
            // The commit that was not answered may have been carried out: the log knows.
            state.committed.resume(from: stored.model)
            state.stored = stored.model
            state.ledger.start(stored.covered)
            try reloadStates(&state)
        }
        state.entities?.rollBack()
        state.sessions?.rollBack()
        state.epoch += 1
        state.coordinator = state.committed
        state.worker.follow(state.committed.model)
        state.tally = Tally()
        state.ledger.abort()
        requestRewind(epoch: state.epoch)
    }

    /// Notes what an operator says of a cluster, durably: it is committed at once.
    ///
    /// - Throws: ``ClusteringError`` where there is no such cluster, ``PipelineFailure`` where it could not be committed.
    func mark(cluster: Int, as standing: Standing?) throws {
        var outcome: Result<Void, any Error> = .failure(
            PipelineFailure.model(
                "cluster \(cluster) was not marked: nothing can be committed now; see the log, try again"
            )
        )
        attempt { state throws in
            guard !state.failed else { return }
            try settleModel(&state)
            do {
                try state.coordinator.mark(cluster: cluster, as: standing)
            } catch {
                outcome = .failure(error)
                return
            }
            state.worker.follow(state.coordinator.model)
            try state.transaction.open()
            try commit(&state)
            outcome = .success(())
        }
        try outcome.get()
    }

    private func askForReclustering(_ state: inout State) {
        guard !options.reclustersInline, !state.reclustering else { return }
        let elapsed = (ContinuousClock.now - state.lastReclustering).seconds
        guard state.coordinator.reclusteringIsDue(elapsed: elapsed) else { return }
        state.reclustering = true
        requestReclustering(state.coordinator.model)
    }

    /// Begins a reclustering, whatever the schedule says; false where one is under way. Called on the publisher's queue.
    func reclusterNow() -> Bool {
        state.withLock { state in
            guard !state.failed, !state.reclustering else { return false }
            state.reclustering = true
            requestReclustering(state.coordinator.model)
            return true
        }
    }

    /// Takes the result of a background reclustering; called on the publisher's queue.
    func adopt(_ result: Result<AssessedCandidate, ClusteringError>, seconds: Double) {
        attempt { state throws in
            state.reclustering = false
            state.lastReclustering = .now
            guard !state.failed else { return }
            // What the worker holds was gathered against the model that is about to change.
            try settleModel(&state)
            switch result {
            case .failure(let error):
                sink.emit(StageFailed(stage: "recluster", errorType: "clustering", message: "\(error)"))
            case .success(let proposal):
                let adoption = try state.coordinator.adopt(proposal.candidate, assessment: proposal.assessment)
                state.worker.follow(adoption.model)
                sink.emit(
                    ReclusterFinished(
                        verdict: adoption.verdict.adopted ? .adopted : .refused,
                        reason: adoption.verdict.summary,
                        algorithm: options.clustering.recluster.grouping.algorithm.rawValue,
                        clusters: adoption.model.clusters.count,
                        sample: adoption.model.sample.slots.count,
                        seconds: seconds
                    )
                )
            }
        }
    }
}
