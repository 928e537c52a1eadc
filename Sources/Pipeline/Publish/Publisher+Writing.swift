import Clustering
import Dispatch
import Embedding
import Streams
import Synchronization
import Telemetry

// What is assigned is written: at once where nothing else waits, and else beside what is assigned next.
extension Publisher {
    /// Writes a batch, or has it encoded first.
    ///
    /// - Returns: whether it will be written later.
    func hand(
        _ embedded: EmbeddedBatch,
        _ assignments: [Assignment],
        since start: ContinuousClock.Instant,
        state: inout State
    ) throws -> Bool {
        // What is said of entities and sessions depends on what was said of them before.
        let isPlain = embedded.entities.isEmpty && sessionSpace == nil
        guard isPlain, budget.current.batches > 1 else {
            try writeAll(&state)
            try write(embedded, assignments, state: &state)
            sink.emit(BatchPublished(records: assignments.count, latency: (ContinuousClock.now - start).seconds))
            return false
        }
        let unwritten = Unwritten(embedded, assignments, start: start)
        state.unwritten.append(unwritten)
        let hasHeaders = state.transaction.keepsHeaders
        unwritten.encode(on: encodingQueue) { [self] in
            encoded($0.embedded, $0.assignments, hasHeaders: hasHeaders)
        } done: { [self] in
            queue.async { [self] in attempt { state throws in try writeEncoded(&state) } }
        }
        return true
    }

    /// Writes the batches that have been encoded.
    private func writeEncoded(_ state: inout State) throws {
        var hasWritten = false
        while let next = state.unwritten.takeEncoded() {
            try write(next, state: &state)
            hasWritten = true
        }
        if hasWritten { try endStep(&state, own: 0) }
    }

    /// Writes all batches that were assigned, waiting for them.
    func writeAll(_ state: inout State) throws {
        while let next = state.unwritten.takeFirst() { try write(next, state: &state) }
    }

    private func write(_ unwritten: Unwritten, state: inout State) throws {
        let records = unwritten.takeRecords()
        defer {
            budget.giveBack(bytes: unwritten.embedded.batch.footprint)
            // To release what thousands of records hold takes about as long as to send them.
            encodingQueue.async { withExtendedLifetime((unwritten, records)) {} }
        }
        try write(unwritten.embedded, unwritten.assignments, encoded: records, state: &state)
        sink.emit(
            BatchPublished(
                records: unwritten.assignments.count,
                latency: (ContinuousClock.now - unwritten.start).seconds
            )
        )
    }

    /// Gives up what was assigned and not written.
    func dropUnwritten(_ state: inout State) {
        for unwritten in state.unwritten.drop() { budget.giveBack(bytes: unwritten.embedded.batch.footprint) }
    }

    /// Commits where it is time to, or makes what was written visible where nothing else is under way.
    ///
    /// - Parameter own: the batches that still hold their part of the budget although they have been written.
    func endStep(_ state: inout State, own: Int) throws {
        if state.transaction.records >= options.maximumTransactionRecords || commitIsDue(state) {
            try commit(&state)
        } else if options.flushesWhenIdle, budget.current.batches <= own {
            // Nothing else is under way: what was said is waited for.
            try state.transaction.flush()
        }
    }

    /// What is published of each row, in order.
    private func encoded(_ embedded: EmbeddedBatch, _ assignments: [Assignment], hasHeaders: Bool) -> [OutgoingRecord] {
        embedded.outcomes.indices.compactMap { place in
            guard case .row(let row) = embedded.outcomes[place] else { return nil }
            return output(
                assignments[row],
                of: embedded.batch.records[place],
                text: embedded.texts[row],
                line: embedded.lines.isEmpty ? nil : embedded.lines[row],
                context: embedded.contexts.isEmpty ? nil : embedded.contexts[row].json,
                hasHeaders: hasHeaders
            )
        }
    }

    /// Writes what is said of a batch's records, in order.
    ///
    /// - Parameter encoded: what is to be written of the rows, where it has been encoded already.
    func write(
        _ embedded: EmbeddedBatch,
        _ assignments: [Assignment],
        encoded: [OutgoingRecord]? = nil,
        state: inout State
    ) throws {
        // Of records of one partition in a row the last says it all. Where a step throws, nothing of it is committed.
        let records = embedded.batch.records
        let ofEntities = !embedded.entities.isEmpty
        let hasHeaders = state.transaction.keepsHeaders
        let encoded = encoded ?? (ofEntities ? [] : self.encoded(embedded, assignments, hasHeaders: hasHeaders))
        let isWhole = encoded.count == embedded.outcomes.count
        if isWhole { try state.transaction.send(encoded) }
        var sent = 0
        for (place, outcome) in embedded.outcomes.enumerated() {
            if place > 0, records[place - 1].source != records[place].source {
                state.ledger.advance(past: records[place - 1])
            }
            switch outcome {
            case .row(let row):
                if ofEntities {
                    try write(assignments[row], of: embedded.entities[row], records[place], state: &state)
                } else if !isWhole {
                    try state.transaction.send(encoded[sent])
                    sent += 1
                }
                state.tally.records.assigned += 1
                if assignments[row].anomaly {
                    let text =
                        ofEntities ? AssignmentRecord.Entity.name(of: embedded.entities[row].key) : embedded.texts[row]
                    note(assignments[row], records[place], text, &state.tally)
                }
            case .absorbed: break
            case .rejected(let rejection):
                try refuse(records[place], rejection, state: &state)
            }
        }
        if let last = records.last { state.ledger.advance(past: last) }
        try writeSessions(of: embedded, assignments, state: &state)
    }

    func output(
        _ assignment: Assignment,
        of record: Record,
        text: String?,
        entity: AssignmentRecord.Entity? = nil,
        line: MinedLine? = nil,
        context: [UInt8]? = nil,
        session: AssignmentRecord.Session? = nil,
        hasHeaders: Bool
    ) -> OutgoingRecord {
        let published = AssignmentRecord(
            assignment: assignment,
            record: record,
            text: options.includesText ? text : nil,
            entity: entity,
            line: line,
            context: context,
            session: session
        )
        let version = hasHeaders ? [Header("model-version", String(assignment.version))] : []
        return OutgoingRecord(
            topic: options.outputTopic,
            partition: outputPartitions.partition(for: record),
            timestamp: record.timestamp,
            key: options.keepsKey || entity != nil || session != nil ? record.key : nil,
            value: published.encoded(),
            headers: hasHeaders ? SourceHeaders.headers(for: record) + version : []
        )
    }

    private func refuse(_ record: Record, _ rejection: InputRejection, state: inout State) throws {
        let skips = options.onError == .skip
        if skips {
            state.tally.records.skipped += 1
            try state.transaction.open()
        } else {
            try state.transaction.send(deadLetters.record(for: record, rejection: rejection))
            state.tally.records.deadLettered += 1
        }
        sink.emit(
            RecordRefused(
                outcome: skips ? .skipped : .deadLettered,
                reason: rejection.code.rawValue,
                message: rejection.message,
                partition: PartitionName(record.source),
                offset: record.offset
            )
        )
    }

    func note(_ assignment: Assignment, _ record: Record, _ text: String?, _ tally: inout Tally) {
        tally.records.anomalies += 1
        sink.metrics.increment(.recordsAnomalies, ["reason": assignment.reason?.rawValue ?? "far"])
        tally.anomalies.append(
            StatusReport.Anomaly(
                time: Timestamp.now(),
                cluster: assignment.cluster,
                label: assignment.label ?? "",
                text: options.clustering.labels.redaction.kept(text ?? "", limit: 200),
                score: Double(assignment.score ?? 0),
                tail: assignment.tail ?? 0,
                reason: assignment.reason?.rawValue ?? "",
                topic: record.source.topic,
                partition: record.source.partition,
                offset: record.offset
            )
        )
    }
}
