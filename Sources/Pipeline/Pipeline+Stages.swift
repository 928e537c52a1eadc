import Clustering
import Dispatch
import Embedding
import Streams
import Synchronization
import Telemetry

// What the pipeline answers its stages.

extension Pipeline: ReaderDelegate {
    func startPositions(for partitions: [TopicPartition], committed: Offsets) -> Offsets {
        guard let publisher = parts.withLock({ $0?.publisher }) else { return committed }
        let start = publisher.queue.sync {
            publisher.state.withLock { state in
                // The group's own offsets come first; the model's are for a log that has lost them.
                state.ledger.start(committed.filter { partitions.contains($0.key) })
                return state.ledger.committed.filter { partitions.contains($0.key) }
            }
        }
        let kept = lifecycle.withLock { $0.assignment }
        publisher.claimStates(of: partitions, kept: kept, at: start) {
            // The watchdog must not take a long restoration for a loop that hangs.
            parts.withLock { $0?.reader }?.beat()
        }
        return start
    }

    func committedOffsets() -> Offsets {
        guard let publisher = parts.withLock({ $0?.publisher }) else { return [:] }
        return publisher.queue.sync { publisher.state.withLock { $0.ledger.committed } }
    }

    func assignmentChanged(to partitions: [TopicPartition]) {
        let before = lifecycle.withLock { lifecycle in
            defer { lifecycle.assignment = partitions }
            return Set(lifecycle.assignment)
        }
        let now = Set(partitions)
        let added = now.subtracting(before).sorted().map(PartitionName.init)
        let removed = before.subtracting(now).sorted().map(PartitionName.init)
        if !added.isEmpty { sink.emit(PartitionsAssigned(partitions: added, owned: partitions.count)) }
        if !removed.isEmpty {
            sink.emit(PartitionsRevoked(partitions: removed, owned: partitions.count, lost: false))
        }
        move(to: partitions.isEmpty ? .waiting : .running)
    }

    func settle(lost: Bool) {
        guard let parts = parts.withLock({ $0 }) else { return }
        let done = DispatchSemaphore(value: 0)
        parts.sequencer.complete(
            parts.reader.takeSequence().sequence,
            .barrier {
                parts.publisher.settle(lost: lost)
                done.signal()
            }
        )
        // Input that cannot be read again is never given up.
        let limit = options.canRewind ? DispatchTime.now() + options.drainTimeout.seconds : .distantFuture
        if done.wait(timeout: limit) == .timedOut {
            sink.emit(
                StageFailed(
                    stage: "publish",
                    errorType: "drain_timeout",
                    message: "records in flight were not finished within \(options.drainTimeout); what was not "
                        + "committed will be read again"
                )
            )
            // Before anything that follows on this queue: the partitions may come back at once, and what is still in
            // flight would be published beside what is then read again.
            parts.publisher.queue.async { parts.publisher.discard() }
        }
    }

    func submit(_ batch: Batch) {
        let bytes = batch.records.reduce(0) { $0 + ($1.key?.count ?? 0) + ($1.value?.count ?? 0) }
        sink.emit(RecordsConsumed(records: batch.records.count, bytes: bytes))
        board.consumed(records: batch.records.count, bytes: bytes)
        parts.withLock { $0 }?.stage.submit(batch)
    }

    func inputWentBack(_ reset: PartitionPositions.Reset) {
        sink.emit(InputReset(partition: PartitionName(reset.partition), expected: reset.expected, found: reset.found))
        guard options.entities != nil || options.sessions != nil, let parts = parts.withLock({ $0 }) else { return }
        parts.sequencer.complete(
            parts.reader.takeSequence().sequence,
            .barrier {
                parts.publisher.state.withLock { state in
                    state.entities?.change(reset.partition) { $0.forgetOffsets() }
                    state.sessions?.change(reset.partition) { $0.forgetOffsets() }
                }
            }
        )
    }

    func inputPaused() { sink.emit(InputPaused(stage: "publish")) }

    func readerEnded(_ error: StreamError?) {
        move(to: .draining)
        guard let publisher = parts.withLock({ $0?.publisher }) else { return end(with: nil) }
        publisher.queue.async { [self] in
            publisher.release()
            end(with: error.map(PipelineFailure.log))
        }
    }
}

extension Pipeline: PublisherDelegate {
    func rewind(epoch: UInt64) {
        parts.withLock { $0 }?.reader.rewind(epoch: epoch)
    }

    func publisherFailed(_ failure: PipelineFailure) {
        lifecycle.withLock { $0.failure = $0.failure ?? failure }
        (space as? any WaitingSpace)?.stopWaiting()
        parts.withLock { $0 }?.reader.stop()
    }

    func recluster(_ model: Model) {
        guard let publisher = parts.withLock({ $0?.publisher }) else { return }
        let options = options.clustering
        reclusterQueue.async {
            let start = ContinuousClock.now
            let result = Result { () throws(ClusteringError) in
                let candidate = try Clustering.recluster(model: model, options: options)
                // The gate's silhouettes take long too: only what depends on the model of that moment is left to the
                // publisher.
                let assessment = try Clustering.assess(candidate, beside: model, options: options)
                return AssessedCandidate(candidate: candidate, assessment: assessment)
            }
            let seconds = (ContinuousClock.now - start).seconds
            publisher.queue.async { publisher.adopt(result, seconds: seconds) }
        }
    }
}
