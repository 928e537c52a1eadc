import Kernels
import Testing

@testable import Clustering

@Suite("How labels are written")
struct LabelWriterTests {
    private func cluster(_ id: Int, _ counts: [String: Double], text: String? = nil, label: String? = nil) -> Cluster {
        var cluster = Cluster(id: id, clock: 0, bornAt: 0, revision: 0)
        cluster.weight = 100
        cluster.terms.merge(counts, factor: 1, capacity: 1000)
        if let text { cluster.representatives = [Representative(text: text, distance: 0, record: 0, clock: 0)] }
        if let label { cluster.label = label }
        return cluster
    }

    private func labels(_ clusters: [Cluster], terms: Int = 2) -> [String] {
        var options = LabelOptions()
        options.terms = terms
        var writer = LabelWriter(background: .init(clusters), options: options, taken: [])
        return clusters.map { writer.label($0) }
    }

    @Test("Singular and plural are one term, called by the form that occurs more")
    func plurals() {
        let background = Labeller.Background([
            cluster(1, ["card": 2, "cards": 5, "query": 4, "queries": 1, "status": 3])
        ])
        #expect(background.forms == ["card": "cards", "queries": "query"])
        #expect(background.counts == ["cards": 7, "query": 5, "status": 3])
        #expect(
            Labeller.Background.singulars(of: "status").isEmpty && Labeller.Background.singulars(of: "glass").isEmpty
        )
        #expect(
            labels([cluster(1, ["card": 2, "cards": 5, "lost": 4]), cluster(2, ["loan": 9])])[0].contains("cards")
        )
    }

    @Test("Words that stand side by side stay together, in their order")
    func phrases() {
        let own = cluster(1, ["quota": 6, "disk": 6, "disk quota": 6, "alarm": 7])
        let label = labels([own, cluster(2, ["login": 9])], terms: 3)[0]
        #expect(label.contains("disk quota"))
        var counts: [String: Double] = [:]
        Terms.count("disk quota, exceeded disk 17 quota", pairs: true, weight: 1, into: &counts)
        #expect(counts["disk quota"] == 1 && counts["quota exceeded"] == nil && counts["exceeded disk"] == 1)
        Terms.count("one two", pairs: false, weight: 1, into: &counts)
        #expect(counts["one two"] == nil)
    }

    @Test("A label stays while its words are still among the best, and goes when they are not")
    func hysteresis() {
        let other = cluster(9, ["login": 9, "user": 8])
        let kept = cluster(1, ["disk": 9, "quota": 5, "full": 6, "node": 5], label: "disk quota")
        #expect(labels([kept, other])[0] == "disk quota")
        let faded = cluster(
            1,
            ["fan": 9, "speed": 8, "heat": 7, "rack": 7, "disk": 1, "quota": 1],
            label: "disk quota"
        )
        #expect(!labels([faded, other])[0].contains("disk"))
    }

    @Test("No two clusters have the same label, however alike their terms are")
    func distinct() {
        let many = (1...5).map { cluster($0, ["disk": 9, "quota": 8], text: "disk quota") }
        let found = labels(many)
        #expect(found[0] == "disk quota" && Set(found).count == 5)
        #expect(found[1].hasPrefix("disk quota") && found[4].hasSuffix("#5"))
        // The next terms tell apart before a number does.
        let two = [cluster(1, ["disk": 9, "quota": 8, "east": 3]), cluster(2, ["disk": 9, "quota": 8, "west": 3])]
        #expect(labels(two).allSatisfy { !$0.contains("#") })
    }

    @Test("All clusters together keep within the vocabulary's ceiling")
    func vocabulary() {
        var model = Model(space: "t", dimension: 1, metric: .euclidean)
        let words = Dictionary(uniqueKeysWithValues: (0..<190).map { ("word\($0)", Double($0 + 1)) })
        model.clusters = (1...100).map { cluster($0, words) }
        var options = LabelOptions()
        options.totalVocabulary = 2000
        #expect(model.vocabularyLimit(options) == 10)
        model.boundVocabulary(options)
        #expect(model.clusters.reduce(0) { $0 + $1.terms.counts.count } <= 2000)
        #expect(model.clusters.allSatisfy { $0.terms.counts["word189"] == 190 })
        // Never fewer than a label needs.
        options.totalVocabulary = 1
        #expect(model.vocabularyLimit(options) == options.terms)
    }
}
