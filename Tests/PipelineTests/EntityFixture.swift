import Clustering
import Embedding
import Foundation
import Kernels
import Streams
import Telemetry
import Testing

@testable import Pipeline

/// A space of the figures count, sum, last: the direction depends on the last value's tens, a little on the count.
struct FigureSpace: Space {
    let dimension = 4
    let metric = Metric.cosine
    let identity = "figures"
    /// A last value from here on is refused.
    static let refused = 1000.0

    func input(from value: FieldValue) throws(InputRejection) -> SpaceInput {
        guard case .numbers(let figures) = value, figures.count == 3 else {
            throw InputRejection(.wrongType, "three figures are expected")
        }
        guard figures[2] < Self.refused else { throw InputRejection(.notFinite, "\(figures[2]) is too much") }
        var vector: [Float] = [0, 0, 0, 0]
        vector[Int(figures[2] / 10) & 3] = 1
        vector[Int(figures[0]) & 3] += 0.02
        let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return .vector(vector.map { $0 / norm })
    }

    func makeLane() -> any EmbeddingLane { FigureLane() }
}

private final class FigureLane: EmbeddingLane {
    func embed(_ inputs: [SpaceInput]) -> Matrix {
        var matrix = Matrix(rows: 0, columns: 4)
        for input in inputs { if case .vector(let vector) = input { matrix.append(row: vector) } }
        return matrix
    }
}

/// A simulated cluster with events of entities, pipelines on it, and what should come of it by a plain computation.
struct EntityFixture {
    let cluster = SimulatedLog()
    let partitions: Int
    var options: PipelineOptions
    /// Events so far, to know the next offset and time.
    private(set) var produced: [[EntityEvent]]

    init(partitions: Int = 4, publication: EntityOptions.Publication = .changes, capacity: Int = 1000) throws {
        self.partitions = partitions
        produced = Array(repeating: [], count: partitions)
        cluster.createMissing([TopicDefinition(name: "orders", partitions: partitions)])
        var clustering = ClusteringOptions()
        clustering.halfLife = .none
        clustering.sampleCapacity = 200
        options = PipelineOptions(application: "app", clustering: clustering)
        options.topics = ["orders"]
        options.outputTopic = "out"
        options.deadLetterTopic = "app.dead"
        options.store = ModelStore(topic: "app.model")
        options.entityStore = StateStore(topic: "app.entities")
        options.commitInterval = .milliseconds(20)
        options.maximumBatch = 50
        options.linger = .milliseconds(2)
        options.drainTimeout = .seconds(10)
        options.schedule = ReclusterSchedule(period: .off)
        var entities = EntityOptions(aggregates: [
            EntityAggregate(name: "orders", function: .count),
            EntityAggregate(name: "spend", function: .sum, field: ["amount"], halfLife: 30),
            EntityAggregate(name: "latest", function: .last, field: ["amount"]),
        ])
        entities.capacity = capacity
        entities.publication = publication
        options.entities = entities
    }

    var entities: EntityOptions { options.entities ?? EntityOptions(aggregates: []) }
    var sources: [TopicPartition] { (0..<partitions).map { TopicPartition(topic: "orders", partition: Int32($0)) } }

    /// Appends events of `names` entities for each partition; amounts go from one level to another now and then, and
    /// some events come late.
    mutating func produce(_ count: Int, names: Int = 7, seed: UInt64 = 1) throws {
        var generator = SplitMix(seed: seed &+ UInt64(produced.reduce(0) { $0 + $1.count }))
        for number in 0..<count {
            let partition = number % partitions
            let key = "p\(partition)-\(generator.next() % UInt64(names))"
            let late = generator.next() % 10 == 0 ? Int64(generator.next() % 5_000) : 0
            let time = Int64(produced[partition].count) * 1000 + 10_000 - late
            let amount = Double((generator.next() % 4) * 10 + generator.next() % 5)
            try send(partition, key: Array(key.utf8), time: time, value: "{\"amount\":\(amount)}")
            produced[partition].append(
                EntityEvent(
                    key: Array(key.utf8),
                    time: time,
                    contributions: [.number(1), .number(amount), .number(amount)]
                )
            )
        }
    }

    /// Appends one record as it is.
    func send(_ partition: Int, key: [UInt8]?, time: Int64, value: String) throws {
        try cluster.append([
            OutgoingRecord(
                topic: "orders",
                partition: Int32(partition),
                timestamp: time,
                key: key,
                value: Array(value.utf8)
            )
        ])
    }

    func pipeline(on log: (any RecordLog)? = nil, sink: EventSink? = nil) -> Pipeline {
        let space = FigureSpace()
        return Pipeline(
            options: options,
            log: log ?? cluster.client(),
            space: space,
            decoder: RecordDecoder(space: space, format: .json, maximumBytes: 4096),
            sink: sink ?? PipelineFixture.silent()
        )
    }

    /// Offsets that the group has committed, added up.
    var committed: Int64 { cluster.committed(group: options.application).values.reduce(0, +) }

    /// Runs a pipeline until `count` records of the input are done, then stops it in order.
    func run(until count: Int, on log: (any RecordLog)? = nil) async throws {
        let pipeline = pipeline(on: log)
        try pipeline.start()
        #expect(try await PipelineFixture.eventually { committed >= Int64(count) || pipeline.state == .failed })
        pipeline.stop()
        try await pipeline.waitForEnd()
    }

    /// What is stored of each input partition.
    func stored() throws -> [TopicPartition: StoredEntities] {
        try StateStore(topic: "app.entities")
            .restore(sources, from: cluster, partitions: partitions, options: entities)
            .mapValues { try StoredEntities($0, entities) }
    }

    /// What was stored, read.
    struct StoredEntities {
        var states: [[UInt8]: EntityState]
        var covered: Int64?

        init(_ stored: StateStore.Stored, _ options: EntityOptions) throws {
            states = try stored.entries.mapValues { try #require(EntityState(bytes: $0, options)) }
            covered = stored.covered
        }
    }

    /// What an unbroken computation leaves, a table for each partition; and how many events teach.
    func expected() -> (tables: [EntityTable], lessons: Int) {
        var lessons = 0
        let tables = produced.map { events in
            var table = EntityTable(entities)
            for (offset, event) in events.enumerated() where table.apply(event, offset: Int64(offset)).teaches {
                lessons += 1
            }
            return table
        }
        return (tables, lessons)
    }

    /// What was published, in order: of whom, from which cluster, to which.
    func published() throws -> [Published] {
        try cluster.records(of: "out").map { record in
            let published = try JSONDecoder().decode(Published.self, from: Data(record.value ?? []))
            #expect(record.key.map { String(decoding: $0, as: UTF8.self) } == published.entity)
            return published
        }
    }

    struct Published: Decodable, Equatable {
        var entity: String
        var previous: Int?
        var cluster: Int?
        var features: [String: Double?]
    }

    /// Fails unless the stored states are those of an unbroken computation, and the model was taught exactly as often.
    func expectUnbroken(sourceLocation: SourceLocation = #_sourceLocation) throws {
        let (tables, lessons) = expected()
        let stored = try stored()
        let committed = cluster.committed(group: options.application)
        for (source, table) in zip(sources, tables) {
            let found = try #require(stored[source], sourceLocation: sourceLocation)
            #expect(found.covered == committed[source], sourceLocation: sourceLocation)
            var states = found.states
            for key in states.keys { states[key]?.published = nil }
            #expect(states == table.states, "\(source)", sourceLocation: sourceLocation)
        }
        let model = try #require(try options.store?.restore(from: cluster), sourceLocation: sourceLocation).model
        #expect(model.records == UInt64(lessons), sourceLocation: sourceLocation)
    }

    /// Fails unless each entity's assignments follow from each other without a gap or a repetition, and end where its
    /// state says.
    func expectUnbrokenChanges(sourceLocation: SourceLocation = #_sourceLocation) throws {
        var clusters: [String: Int?] = [:]
        for published in try published() {
            #expect(published.previous == (clusters[published.entity] ?? nil), sourceLocation: sourceLocation)
            if entities.publication == .changes {
                #expect(published.cluster != published.previous, sourceLocation: sourceLocation)
            }
            clusters[published.entity] = published.cluster
        }
        for stored in try stored().values {
            for (key, state) in stored.states {
                let last = clusters[String(decoding: key, as: UTF8.self)] ?? nil
                #expect(state.published == last, sourceLocation: sourceLocation)
            }
        }
    }
}
