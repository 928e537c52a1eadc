import BatchClustering
import Clustering
import Kernels
import Streams
import Synchronization
import Telemetry

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
        // The model knows of them already: it is committed with what is said of them, or not at all.
        try writeAll(&state)
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
    func settleModel(_ state: inout State) throws {
        try Self.settle(&state.worker, &state.coordinator, lanes: options.reclusterLanes)
    }

    private static func settle(_ worker: inout Worker, _ coordinator: inout Coordinator, lanes: Lanes) throws {
        try worker.flush { delta throws(ClusteringError) in try coordinator.merge(delta, lanes: lanes) }
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
