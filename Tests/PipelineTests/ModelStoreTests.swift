import Clustering
import Streams
import Testing

@testable import Pipeline

@Suite("The stored model when a write was cut off")
struct ModelStoreTests {
    private let store = ModelStore(topic: "app.model")

    /// A model that has learned, and the one that it became after more.
    private func models(_ fixture: PipelineFixture) async throws -> (first: Model, second: Model) {
        try fixture.produce(0..<600)
        try await fixture.run(until: 600)
        let first = try #require(try fixture.storedModel()).model
        let other = try PipelineFixture()
        try other.produce(0..<900)
        try await other.run(until: 900)
        return (first, try #require(try other.storedModel()).model)
    }

    @Test("Entries that no meta entry follows are left out, then taken back, wherever the write was cut off")
    func torn() async throws {
        let fixture = try PipelineFixture()
        let (first, second) = try await models(fixture)
        let records = try store.records(from: first, to: second, covered: [:])
        try #require(records.count > 4)
        for end in [1, records.count / 2, records.count - 1] {
            try fixture.cluster.append(Array(records[..<end]))
            #expect(try fixture.storedModel()?.model == first)
            try store.mend(in: fixture.cluster)
            #expect(try fixture.storedModel()?.model == first)
        }
        // What is written next is whole, and nothing of the torn writes is left over.
        try fixture.cluster.append(store.records(from: first, to: first, covered: [:]))
        #expect(try fixture.storedModel()?.model == first)
        try fixture.cluster.append(records)
        #expect(try fixture.storedModel()?.model == second)
        let end = fixture.cluster.records(of: "app.model").count
        try store.mend(in: fixture.cluster)
        #expect(fixture.cluster.records(of: "app.model").count == end, "a whole store is left alone")
    }

    @Test("Without mending, what was torn would spoil the next write")
    func leftOver() async throws {
        let fixture = try PipelineFixture()
        let (first, second) = try await models(fixture)
        let records = try store.records(from: first, to: second, covered: [:])
        try fixture.cluster.append(Array(records.dropLast()))
        try fixture.cluster.append(store.records(from: first, to: first, covered: [:]))
        #expect(throws: ClusteringError.self) { _ = try fixture.storedModel() }
    }

    @Test("A first write that was cut off is no model, and leaves nothing behind")
    func firstWrite() async throws {
        let fixture = try PipelineFixture()
        let (first, _) = try await models(fixture)
        let other = try PipelineFixture()
        try other.cluster.append(store.records(from: nil, to: first, covered: [:]).dropLast())
        #expect(try other.storedModel() == nil)
        try store.mend(in: other.cluster)
        try other.cluster.append(store.records(from: nil, to: first, covered: [:]))
        #expect(try other.storedModel()?.model == first)
    }

    @Test("At least once, a pipeline starts on a torn store and leaves a whole one")
    func pipeline() async throws {
        var fixture = try PipelineFixture()
        fixture.options.delivery = .atLeastOnce
        let (first, second) = try await models(fixture)
        try fixture.cluster.append(Array(store.records(from: first, to: second, covered: [:]).dropLast()))
        try fixture.produce(600..<1000)
        try await fixture.run(until: 1000)
        #expect(try fixture.storedModel()?.model.records == 1000)
    }

    @Test("At least once, a flush that fails in between leaves a whole store")
    func failedFlush() async throws {
        var fixture = try PipelineFixture()
        fixture.options.delivery = .atLeastOnce
        try fixture.produce(0..<1000)
        fixture.cluster.inject(
            SimulatedFault(.send, StreamError(.retriable, code: "injected", "a fault"), skipping: 300, count: 1)
        )
        try await fixture.run(until: 1000)
        let stored = try #require(try fixture.storedModel())
        #expect(stored.model.records >= 1000)
        #expect(stored.covered.values.reduce(0, +) == 1000)
    }
}
