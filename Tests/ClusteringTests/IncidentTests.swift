import BatchClustering
import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Alarms folded into incidents, and what operators say of clusters")
struct IncidentTests {
    private static let quiet = IncidentBook.Quiet(milliseconds: 60_000, records: 100)

    private func alarm(_ cluster: Int, record: UInt64, at time: Int64? = nil, score: Float = 1) -> Alarm {
        Alarm(
            cluster: cluster,
            reason: .far,
            example: Incident.Example(text: "line \(record)", score: score, record: record, timestamp: time)
        )
    }

    private func take(_ alarms: [Alarm], into book: inout IncidentBook, records: UInt64, newest: Int64? = nil)
        -> [(state: IncidentEvent.State, incident: Incident)]
    {
        book.take(alarms, label: { "name \($0)" }, records: records, newest: newest, quiet: Self.quiet)
    }

    @Test("A storm of one cluster is one incident, told when it begins, grows tenfold, and is over")
    func storm() throws {
        var book = IncidentBook()
        let news = take((0..<250).map { alarm(7, record: $0, score: Float($0)) }, into: &book, records: 250)
        #expect(news.map(\.state) == [.opened, .growing, .growing])
        #expect(news.map(\.incident.count) == [1, 10, 100])
        let open = try #require(book.open.first)
        #expect(open.count == 250 && open.largestScore == 249 && open.label == "name 7")
        #expect(open.examples.map(\.record) == [0, 1, 2] && open.first.record == 0 && open.last.record == 249)
        #expect(take([], into: &book, records: 348).isEmpty)
        let end = take([], into: &book, records: 349)
        #expect(end.map(\.state) == [.closed] && end.first?.incident.count == 250 && book.open.isEmpty)
    }

    @Test("Clusters have incidents of their own; after the quiet time the next alarm is another incident")
    func several() {
        var book = IncidentBook()
        let news = take(
            [
                alarm(3, record: 0), alarm(2, record: 1), alarm(3, record: 50), alarm(3, record: 150),
                alarm(3, record: 151),
            ],
            into: &book,
            records: 152
        )
        #expect(news.map(\.state) == [.opened, .opened, .closed, .opened, .closed])
        #expect(news.map(\.incident.cluster) == [3, 2, 3, 3, 2])
        #expect(news.map(\.incident.count) == [1, 1, 2, 1, 1])
        #expect(book.open.map(\.cluster) == [3] && book.open.first?.count == 2)
    }

    @Test("Where records have times, time alone decides, and one that comes late does not turn it back")
    func times() {
        var book = IncidentBook()
        _ = take(
            [alarm(1, record: 0, at: 100_000), alarm(1, record: 1, at: 40_000)],
            into: &book,
            records: 2,
            newest: 100_000
        )
        #expect(take([], into: &book, records: 5000, newest: 159_999).isEmpty)
        #expect(take([], into: &book, records: 5001, newest: 160_000).map(\.state) == [.closed])
    }

    @Test("The book is bounded: the incident that has been quiet longest makes room")
    func bound() {
        var book = IncidentBook()
        let news = take((0..<400).map { alarm(1000 - Int($0), record: $0 / 8) }, into: &book, records: 50)
        #expect(book.open.count == IncidentBook.capacity)
        #expect(news.count { $0.state == .closed } == 400 - IncidentBook.capacity)
        #expect(book.open.map(\.cluster) == book.open.map(\.cluster).sorted())
    }

    /// What steers the models here.
    private static let options: ClusteringOptions = {
        var options = ClusteringOptions()
        options.anomalies.incidentQuietRecords = 300
        return options
    }()

    /// A model that knows three groups.
    private func trained(_ stream: inout SyntheticStream) throws -> Model {
        var learner = Learner(model: Model(space: "t", dimension: 3, metric: .euclidean), options: Self.options)
        _ = try learner.process(vectors: stream.records(3000).vectors, observations: [])
        return learner.model
    }

    /// Judges records, and merges what they teach as a coordinator does.
    private func news(_ vectors: Matrix, texts: String, _ model: inout Model) throws
        -> (assignments: [Assignment], events: [IncidentEvent])
    {
        let observations = (0..<vectors.rows).map { Observation(timestamp: nil, text: "\(texts) \($0) a@example.org") }
        let (assignments, delta) = assign(
            vectors: vectors,
            observations: observations,
            model: model,
            options: Self.options
        )
        _ = try model.merge(delta, options: Self.options)
        return (assignments, model.foldAlarms(delta, options: Self.options))
    }

    @Test("Flagged records open an incident with redacted examples, which a stored model remembers")
    func endToEnd() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 3, spread: 1, seed: 12)
        var model = try trained(&stream)
        let odd = Matrix((0..<5).map { [900 + Float($0), 0, 0] })
        let (assignments, events) = try news(odd, texts: "odd", &model)
        #expect(assignments.allSatisfy { $0.anomaly && $0.reason == .far })
        #expect(events.map(\.state) == [.opened] && events.first?.version == model.version)
        let incident = try #require(model.openIncidents.first)
        #expect(incident.count == 5 && incident.examples.count == 3 && incident.first.record == 3000)
        #expect(
            incident.examples.allSatisfy { $0.text?.hasPrefix("odd") == true && $0.text?.contains("@example") == false }
        )

        let entries = try ModelCodec.entries(of: model, sourceOffsets: [:])
        let values = Dictionary(
            uniqueKeysWithValues: entries.compactMap { entry in entry.value.map { (entry.key, $0) } }
        )
        let stored = try ModelCodec.decode(values).model
        #expect(stored == model && stored.openIncidents == model.openIncidents)

        _ = try news(stream.records(200).vectors, texts: "usual", &model)
        let later = try news(stream.records(200).vectors, texts: "usual", &model)
        #expect(later.events.contains { $0.state == .closed && $0.incident.count == 5 })
    }

    @Test("A cluster marked normal raises no alarm, one marked anomalous always does; the mark lasts")
    func marks() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 3, spread: 1, seed: 13)
        var model = try trained(&stream)
        let vectors = stream.records(300).vectors
        let before = assign(vectors: vectors, observations: [], model: model, options: Self.options)
            .assignments
        let id = try #require(before.first?.cluster)
        let version = model.version
        try model.mark(cluster: id, as: .anomalous)
        #expect(model.version == version + 1)
        try model.mark(cluster: id, as: .anomalous)
        #expect(model.version == version + 1)
        func judged() -> [Assignment] {
            assign(vectors: vectors, observations: [], model: model, options: Self.options).assignments
        }
        let limits = Radii(model: model, birth: .automatic).limits
        let reach = try limits[#require(model.index(of: id))]
        for (old, new) in zip(before, judged()) {
            let isMember = new.cluster == id && (new.distance ?? 0) <= reach
            #expect(isMember ? new.anomaly && new.reason == .rare : new.anomaly == old.anomaly)
        }

        // It goes over to the cluster's heir and to its parts, and into the store.
        var options = Self.options
        options.recluster.grouping.algorithm = .kmeans
        options.recluster.grouping.k = .fixed(4)
        options.recluster.silhouetteMargin = 2
        options.recluster.minimumRetention = 0
        let adoption = try adopt(
            recluster(model: model, options: options),
            into: model,
            options: options
        )
        try #require(adoption.verdict.adopted)
        #expect(adoption.model.clusters.first { $0.id == id }?.standing == .anomalous)
        #expect(adoption.model.clusters.contains { $0.standing == nil })
        let entries = try ModelCodec.changes(from: model, to: adoption.model, sourceOffsets: [:])
        #expect(entries.contains { $0.key == "cluster/\(id)" && $0.value != nil })

        // A mark of its own makes quiet what was flagged.
        let odd = Matrix((0..<40).map { [300 + Float($0 % 5), 1, Float($0 % 3)] })
        _ = try news(odd, texts: "odd", &model)
        let strange = assign(vectors: odd, observations: [], model: model, options: Self.options).assignments
        let young = try #require(strange.first?.cluster)
        try #require(young != id && strange.contains { $0.anomaly })
        try model.mark(cluster: young, as: .normal)
        let known = assign(vectors: odd, observations: [], model: model, options: Self.options).assignments
        #expect(known.allSatisfy { !$0.anomaly || ($0.distance ?? 0) > 0 && $0.reason == .far })
        #expect(known.count { $0.anomaly } < strange.count { $0.anomaly })
        #expect(throws: ClusteringError.self) { try model.mark(cluster: 99_999, as: .normal) }
    }
}
