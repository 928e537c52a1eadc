import Clustering
import Kernels
import Templates
import Testing

@Suite("Templates within a stored model")
struct StoredTemplatesTests {
    private func model(_ lines: Int) -> Model {
        var model = Model(space: "log:toy", dimension: 2, metric: .cosine)
        model.mineTemplates(TemplateOptions())
        var scanner = LineScanner()
        model.withTemplates { book in
            for number in 0..<lines {
                _ = book.learn("login of user=\(["ann", "bob"][number % 2]) after \(number) ms", with: &scanner)
                _ = book.learn("step \(["one", "two", "three"][number % 3]) done", with: &scanner)
            }
        }
        return model
    }

    private func applied(_ entries: [ModelEntry], to old: [String: [UInt8]] = [:]) -> [String: [UInt8]] {
        entries.reduce(into: old) { $0[$1.key] = $1.value }
    }

    @Test("come back as they were")
    func templatesComeBack() throws {
        let model = model(20)
        let restored = try ModelCodec.decode(applied(try ModelCodec.entries(of: model, sourceOffsets: [:]))).model
        #expect(restored == model)
        #expect(restored.templates?.templates.map(\.text) == model.templates?.templates.map(\.text))
    }

    @Test("are written where they changed alone")
    func changesAreWritten() throws {
        let before = model(6)
        var after = before
        var scanner = LineScanner()
        _ = after.withTemplates { $0.learn("step two done", with: &scanner) }
        var changes = try ModelCodec.changes(from: before, to: after, sourceOffsets: [:])
        #expect(changes.map(\.key) == ["counts/0", "meta"], "a line that is like others changes counts alone")
        _ = after.withTemplates { $0.learn("login of user=joe after 7 ms", with: &scanner) }
        _ = after.withTemplates { $0.learn("nobody ever said this", with: &scanner) }
        changes = try ModelCodec.changes(from: before, to: after, sourceOffsets: [:])
        #expect(changes.map(\.key) == ["template/1", "template/5", "counts/0", "names/0", "meta"])
        let stored = applied(changes, to: applied(try ModelCodec.entries(of: before, sourceOffsets: [:])))
        #expect(try ModelCodec.decode(stored).model == after)
    }

    @Test("that are missing, left over or of another version are refused")
    func mixedTemplatesAreRefused() throws {
        let whole = applied(try ModelCodec.entries(of: model(20), sourceOffsets: [:]))
        let younger = applied(try ModelCodec.entries(of: model(21), sourceOffsets: [:]))
        for broken in [
            whole.filter { $0.key != "template/2" }, whole.merging(["template/9": whole["template/1"] ?? []]) { $1 },
            whole.merging(["template/1": younger["template/1"] ?? []]) { $1 },
            whole.merging(["template/1": Array("{}".utf8)]) { $1 },
        ] {
            #expect(throws: ClusteringError.self) { try ModelCodec.decode(broken) }
        }
    }
}
