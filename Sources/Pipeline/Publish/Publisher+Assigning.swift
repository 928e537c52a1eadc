import Clustering
import Kernels
import Streams
import Telemetry

// What the model says of a batch, and what it learns of it.
extension Publisher {
    func assign(_ embedded: EmbeddedBatch, state: inout State) throws -> [Assignment] {
        let start = ContinuousClock.now
        let now = Timestamp.now()
        let observations = observations(of: embedded, now: now)
        guard !observations.isEmpty else { return [] }
        let assignments = try learn(embedded, observations, with: &state.worker, &state.coordinator)
        sink.emit(BatchAssigned(records: assignments.count, seconds: (ContinuousClock.now - start).seconds))
        return assignments
    }

    /// The coordinator is changed in place: a copy beside it would have every merge copy the whole model.
    private func learn(
        _ embedded: EmbeddedBatch,
        _ observations: [Observation],
        with worker: inout Worker,
        _ coordinator: inout Coordinator
    ) throws -> [Assignment] {
        let (inline, lanes) = (options.reclustersInline, options.reclusterLanes)
        return try worker.assign(
            vectors: embedded.vectors,
            places: embedded.places,
            observations: observations,
            teaches: embedded.entities.isEmpty ? nil : embedded.entities.map(\.teaches),
            deepVectors: deep.map { deep in { [self] rows in deepVectors(rows, of: embedded, by: deep) } }
        ) { delta throws(ClusteringError) in
            let model = try coordinator.merge(delta, lanes: lanes)
            guard inline, coordinator.reclusteringIsDue(elapsed: 0) else { return model }
            return try coordinator.adopt(recluster(model: model, options: options.clustering, lanes: lanes)).model
        }
    }

    /// A number for what a record comes from: its topic, or what it names within it (FNV-1a; Swift's own hashes differ
    /// between processes).
    private static func source(of record: Record, _ context: RecordContext?) -> Int {
        func hash(_ start: UInt64, _ text: String) -> UInt64 {
            text.utf8.reduce(start) { ($0 ^ UInt64($1)) &* 0x0100_0000_01b3 }
        }
        let topic = hash(0xcbf2_9ce4_8422_2325, record.source.topic)
        return Int(truncatingIfNeeded: context?.source.map { hash(topic &* 31, $0) } ?? topic)
    }

    /// What the model learns of each row beside its vector.
    private func observations(of embedded: EmbeddedBatch, now: Int64) -> [Observation] {
        if sessionSpace != nil {
            return zip(embedded.sessions, embedded.texts).map { closed, text in
                Observation(timestamp: min(closed.session.last, now), text: text)
            }
        }
        var observations: [Observation] = []
        observations.reserveCapacity(embedded.outcomes.count)
        for (record, outcome) in zip(embedded.batch.records, embedded.outcomes) {
            guard case .row(let row) = outcome else { continue }
            let time = embedded.entities.isEmpty ? record.timestamp : embedded.entities[row].time
            // A clock that runs ahead somewhere must not age everything that was learned before.
            let timestamp = time.map { min($0, now) }
            let words = embedded.words.indices.contains(row) ? embedded.words[row] : []
            // What all lines of a template have in common is what a cluster of them is about.
            let text = embedded.lines.isEmpty ? embedded.texts[row] : embedded.lines[row].text
            let source = Self.source(of: record, embedded.contexts.isEmpty ? nil : embedded.contexts[row])
            observations.append(Observation(timestamp: timestamp, text: text, words: words, source: source))
        }
        return observations
    }

    private func deepVectors(_ rows: [Int], of embedded: EmbeddedBatch, by deep: DeepEmbedder) -> Matrix {
        let (vectors, tokens) = deep.embed(rows.map { embedded.texts[$0] ?? "" })
        sink.emit(BatchLookedAtDeeply(records: rows.count, tokens: tokens))
        return vectors
    }
}
