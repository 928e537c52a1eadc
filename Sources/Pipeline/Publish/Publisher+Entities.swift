import Clustering
import Embedding
import Streams
import Telemetry

// Entities on the publisher's queue: records are in order here, and what a transaction changed is undone with it.
extension Publisher {
    /// Takes the events of a batch into their entities' states, in order, and embeds what the states are then.
    func embedEntities(of decoded: EmbeddedBatch, state: inout State) -> EmbeddedBatch {
        guard let embedder, var entities = state.entities else { return decoded }
        // Moved, not copied: the tables are changed in place.
        state.entities = nil
        defer { state.entities = entities }
        var batch = decoded
        var inputs: [SpaceInput] = []
        batch.outcomes = []
        batch.entities = []
        for (record, outcome) in zip(decoded.batch.records, decoded.outcomes) {
            switch outcome {
            case .rejected, .absorbed: batch.outcomes.append(outcome)
            case .row(let index):
                let event = decoded.events[index]
                let result = entities.change(record.source) { table in
                    Self.take(event, record, into: &table, embedder)
                }
                switch result {
                case .success(let (row, input, evicted)):
                    batch.outcomes.append(.row(inputs.count))
                    batch.entities.append(row)
                    inputs.append(input)
                    if evicted { state.tally.entities.evicted += 1 }
                case .failure(let rejection): batch.outcomes.append(.rejected(rejection))
                }
            }
            // Where the pipeline stops at this record, those behind it must not have happened.
            if case .rejected? = batch.outcomes.last, options.onError == .stop { break }
        }
        batch.outcomes += decoded.outcomes[batch.outcomes.count...]
        batch.texts = inputs.map(\.speakingText)
        batch.words = inputs.map(\.words)
        batch.vectors = embedder.embed(inputs)
        return batch
    }

    private static func take(
        _ event: EntityEvent,
        _ record: Record,
        into table: inout EntityTable,
        _ embedder: EntityEmbedder
    ) -> Result<(EntityRow, SpaceInput, evicted: Bool), InputRejection> {
        let before = table[event.key]
        let step = table.apply(event, offset: record.offset)
        do throws(InputRejection) {
            let input = try embedder.input(step.figures)
            let row = EntityRow(
                key: event.key,
                time: table.options.hasTimes ? event.time : record.timestamp,
                figures: step.figures,
                teaches: step.teaches,
                isRepeated: step.isRepeated
            )
            return .success((row, input, step.evicted))
        } catch {
            if !step.isRepeated { table.withdraw(event.key, to: before) }
            return .failure(error)
        }
    }

    /// Publishes what is said of an entity: always, or only where it is news.
    func write(_ assignment: Assignment, of row: EntityRow, _ record: Record, state: inout State) throws {
        guard let options = state.entities?.options else { return }
        let previous = state.entities?[record.source]?[row.key]?.published
        let isNews = assignment.cluster != previous
        if isNews {
            state.entities?.change(record.source) { $0.publish(assignment.cluster, of: row.key) }
            state.tally.entities.changes += 1
        }
        guard isNews || options.publication == .always || row.isRepeated else {
            // The states and the offset of a record that says nothing new are still to be committed.
            try state.transaction.open()
            return
        }
        var named = record
        named.key = row.key
        let entity = AssignmentRecord.Entity(
            key: row.key,
            previous: previous,
            figures: row.figures,
            options: options
        )
        let hasHeaders = state.transaction.keepsHeaders
        try state.transaction.send(
            output(assignment, of: named, text: nil, entity: entity, hasHeaders: hasHeaders)
        )
    }
}
