import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Two tiers")
struct TierTests {
    /// Groups on a sphere of 12 elements; rows are a rough, noisy view of them in 8.
    struct Stream {
        var generator: SyntheticStream
        let directions: Matrix
        let view: Matrix

        init(groups: Int, seed: UInt64) {
            generator = SyntheticStream(clusters: 1, dimension: 12, spread: 1, seed: seed)
            directions = generator.noise(groups, width: 2)
            view = SyntheticStream.fixedView
        }

        mutating func records(_ count: Int, of groups: [Int]? = nil) -> (rows: Matrix, deep: Matrix, truth: [Int]) {
            let pool = groups ?? Array(0..<directions.rows)
            let truth = (0..<count).map { _ in pool[Int(generator.generator.next() % UInt64(pool.count))] }
            var deep = Matrix(rows: count, columns: 12)
            for (row, group) in truth.enumerated() {
                for (column, value) in directions[row: group].enumerated() {
                    deep.storage[row * 12 + column] = value + 0.12 * generator.normal()
                }
                deep.normalise(row: row)
            }
            var rows = Gemm.multiply(deep, transposed: view)
            for index in rows.storage.indices { rows.storage[index] += 0.05 * generator.normal() }
            for row in 0..<count { rows.normalise(row: row) }
            return (rows, deep, truth)
        }
    }

    static func options() -> ClusteringOptions {
        var options = ClusteringOptions()
        options.halfLife = .none
        options.sampleCapacity = 600
        options.warmUpRecords = 1600
        return options
    }

    static func model() -> Model {
        Model(space: "tiers", dimension: 12, metric: .cosine, rowDimension: 8)
    }

    /// A learner that has seen `count` records, and how many deep vectors it asked for.
    static func learner(_ count: Int, groups: Int = 6, seed: UInt64 = 1, batch: Int = 250) throws -> (
        Learner, asked: Int, stream: Stream
    ) {
        var stream = Stream(groups: groups, seed: seed)
        var learner = Learner(model: model(), options: options())
        var asked = 0
        let records = stream.records(count)
        var row = 0
        while row < count {
            let (start, end) = (row, min(count, row + batch))
            let deep = records.deep
            _ = try learner.process(vectors: records.rows.slice(start..<end), observations: []) { rows in
                asked += rows.count
                return deep.selecting(rows.map { $0 + start })
            }
            row = end
        }
        return (learner, asked, stream)
    }

    @Test("ask for the deep vectors of the sample and of suspects alone")
    func sparing() throws {
        let (learner, asked, _) = try Self.learner(8000)
        // 600 fill the sample, 600/n of the others enter it.
        #expect(asked < 3200 && asked > 1500)
        #expect(learner.model.sample.slots.count == 600)
        #expect(learner.model.sample.slots.allSatisfy { $0.deep?.count == 12 && $0.row?.count == 8 })
    }

    @Test("know beforehand which records the sample takes")
    func demand() throws {
        var (learner, _, stream) = try Self.learner(5000)
        let probe = stream.records(90)
        let observations = (0..<90).map { Observation(timestamp: 1_000 * Int64($0)) }
        let early = learner.model.rowsToSample(observations, after: learner.pending, options: learner.options)
        let first = learner.pending.firstRecord + UInt64(learner.pending.records)
        var asked: [Int] = []
        let vectors = DeepVectors(early: early) { rows in
            asked += rows
            return probe.deep.selecting(rows)
        }
        _ = try learner.process(vectors: probe.rows, observations: observations) { vectors($0) }
        #expect(learner.pending.sampled.map { Int($0.record - first) } == early && !early.isEmpty)
        #expect(Set(asked).count == asked.count, "nothing is asked for twice")
        let mixed = [3, early[0], 7]
        #expect(vectors(mixed) == probe.deep.selecting(mixed))
    }

    @Test("are the same clusters in both, under the same ids")
    func sharedIDs() throws {
        var (learner, _, stream) = try Self.learner(4000)
        let model = learner.model
        #expect(model.clusters.count == 6)
        #expect(try #require(model.deep?.map?.residual) < 0.5)
        let probe = stream.records(600)
        let found = try learner.process(vectors: probe.rows, observations: []) { probe.deep.selecting($0) }.assignments
        let frame = model.deepFrame
        let near = Nearest.search(
            queries: probe.deep,
            prototypes: frame.centroids,
            layout: frame.layout,
            metric: .cosine
        )
        let same = zip(found, near).count { $0.cluster == frame.clusters[$1.cluster].id }
        #expect(Double(same) > 0.97 * 600)
        let pairs = Dictionary(grouping: zip(found, probe.truth), by: \.1).mapValues { Set($0.compactMap(\.0.cluster)) }
        #expect(pairs.values.allSatisfy { $0.count <= 2 } && Set(found.compactMap(\.cluster)).count == 6)
    }

    @Test("keep their ids when the clusters are made again, with a new map")
    func reclustering() throws {
        var (learner, _, stream) = try Self.learner(4000)
        let before = learner.model
        let candidate = try recluster(model: before, options: learner.options)
        let adoption = try adopt(candidate, into: before, options: learner.options)
        #expect(adoption.verdict.adopted, "\(adoption.verdict.summary)")
        #expect(adoption.model.clusters.map(\.id) == before.clusters.map(\.id))
        #expect(adoption.model.deep?.fittedAt == adoption.model.version && adoption.model.version == before.version + 1)
        #expect(adoption.verdict.mapResidual == adoption.model.deep?.map?.residual)
        #expect(adoption.verdict.mapResidual != nil)
        learner = Learner(model: adoption.model, options: learner.options)
        let probe = stream.records(300)
        let after = try learner.process(vectors: probe.rows, observations: []) { probe.deep.selecting($0) }
        #expect(after.assignments.allSatisfy { $0.cluster != nil })
    }

    @Test("let the deep tier say whether a suspect is an anomaly")
    func suspects() throws {
        var (learner, _, stream) = try Self.learner(6000, groups: 40)
        let model = learner.model
        #expect(model.threshold.value != nil && model.deep?.threshold.value != nil)
        let normal = stream.records(200)
        let odd = Matrix(columns: 8, storage: normal.rows.storage.map { -$0 })
        // Rows like none before; by their deep vectors the first half are as all others, the second half are not.
        let far = normal.deep.storage.map { -$0 }
        let deep = Matrix(
            columns: 12,
            storage: Array(normal.deep.storage.prefix(100 * 12)) + Array(far.suffix(100 * 12))
        )
        // Each by itself: many odd ones in a row are a flood, which alarms nobody.
        var verdicts: [Assignment] = []
        var alone: [Assignment] = []
        for row in 0..<200 {
            let record = odd.selecting([row])
            alone += assign(vectors: record, observations: [], model: model, options: learner.options).assignments
            verdicts +=
                assign(vectors: record, observations: [], model: model, options: learner.options) { _ in
                    deep.selecting([row])
                }.assignments
        }
        let limit = learner.options.anomalies.suspicion * learner.options.anomalies.falseAlarmRate
        let suspected = alone.indices.filter { row in
            alone[row].score.flatMap(model.threshold.tail).map { $0 <= limit } ?? false
        }
        #expect(suspected.count > 10, "\(alone.map { $0.score.flatMap(model.threshold.tail) ?? 1 })")
        #expect(suspected.filter { $0 < 100 }.allSatisfy { verdicts[$0].reason != .far })
        #expect(suspected.filter { $0 >= 100 }.count { verdicts[$0].anomaly && verdicts[$0].reason != nil } > 5)
        _ = try learner.flush()
    }

    @Test("leave the same model however the records are cut into batches")
    func batches() throws {
        let (a, _, _) = try Self.learner(3000, batch: 250)
        let (b, _, _) = try Self.learner(3000, batch: 37)
        #expect(a.model == b.model && a.pending == b.pending)
    }

    @Test("are read back from their entries, and go on as if they had never stopped")
    func restart() throws {
        var (learner, _, stream) = try Self.learner(5000)
        let entries = try ModelCodec.entries(of: learner.model, sourceOffsets: ["a": 5])
        #expect(entries.count { $0.key.hasPrefix("map/") } == 12)
        var stored: [String: [UInt8]] = [:]
        for entry in entries { stored[entry.key] = entry.value }
        let restored = try ModelCodec.decode(stored).model
        #expect(restored == learner.model)
        let vectors = zip(restored.sample.slots, learner.model.sample.slots).allSatisfy { $0.vector == $1.vector }
        #expect(vectors, "vectors follow from rows to the bit")
        var other = Learner(model: restored, options: learner.options)
        let more = stream.records(2000)
        let mine = try learner.process(vectors: more.rows, observations: []) { more.deep.selecting($0) }
        let theirs = try other.process(vectors: more.rows, observations: []) { more.deep.selecting($0) }
        #expect(mine.assignments == theirs.assignments && learner.model == other.model)
        // The map is written when it was fitted anew, and not before.
        let changes = try ModelCodec.changes(from: restored, to: learner.model, sourceOffsets: [:])
        let isNew = restored.deep?.fittedAt != learner.model.deep?.fittedAt
        #expect(changes.contains { $0.key.hasPrefix("map/") } == isNew)

        stored["map/3"] = nil
        #expect(throws: ClusteringError.self) { try ModelCodec.decode(stored) }
    }
}

extension SyntheticStream {
    /// What rows see of deep vectors, `8 × 12`.
    fileprivate static let fixedView: Matrix = {
        var stream = SyntheticStream(clusters: 1, dimension: 12, spread: 1, seed: 5)
        return stream.noise(8, width: 2)
    }()
}
