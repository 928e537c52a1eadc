import Foundation
import Templates
import Testing

@Suite("A book that was stored")
struct StoredBookTests {
    private func lines(_ count: Int) -> [String] {
        (0..<count).map { index in
            switch index % 5 {
            case 0: "Invalid user name\(index % 7) from 10.0.0.\(index % 250)"
            case 1: "session opened for user \(["root", "ann", "bob"][index % 3]) by (uid=\(index % 4))"
            case 2: "worker \(["one", "two", "six", "ten", "five", "four", "nine"][index % 7]) took \(index) ms"
            case 3 where index % 2 == 0:
                "note on job \(index): \(String(index, radix: 7)) w\(index * index)x said \(index % 3)"
            case 3: "Deleting block blk_\(index) file /data/blk_\(index)"
            default:
                "mail for user=\(["ann", "joe"][index % 2]) delayed by host=\(index % 11 == 0 ? "null" : "web\(index)")"
            }
        }
    }

    private func reopened(_ book: TemplateBook) throws -> TemplateBook {
        let templates = try JSONDecoder().decode([Template].self, from: JSONEncoder().encode(book.templates))
        let summary = try JSONDecoder().decode(TemplateBook.Summary.self, from: JSONEncoder().encode(book.summary))
        let counts = try JSONDecoder().decode(TemplateBook.Counts.self, from: JSONEncoder().encode(book.counts))
        return try #require(
            TemplateBook(summary, templates: templates.reversed(), counts: counts, nameHashes: book.nameHashes)
        )
    }

    @Test("goes on as it would have", arguments: [1, 10, 137, 500])
    func storingChangesNothing(cut: Int) throws {
        var options = TemplateOptions()
        options.splitLines = 64
        var (unbroken, broken) = (Mining(options), Mining(options))
        let lines = lines(900)
        let expected = lines.map { unbroken.learn($0) }
        var found = lines.prefix(cut).map { broken.learn($0) }
        let before = broken.book
        broken.book = try reopened(broken.book)
        #expect(broken.book == before)
        found += lines.dropFirst(cut).map { broken.learn($0) }
        #expect(found == expected)
        #expect(broken.book == unbroken.book)
        #expect(broken.book.templates.map(\.text) == unbroken.book.templates.map(\.text))
    }

    @Test("is refused when parts of it are missing")
    func partsMustBelongTogether() {
        var mining = Mining()
        for line in lines(100) { mining.learn(line) }
        let book = mining.book
        func reopened(_ templates: [Template], _ counts: TemplateBook.Counts) -> TemplateBook? {
            TemplateBook(book.summary, templates: templates, counts: counts, nameHashes: [])
        }
        #expect(reopened(book.templates, book.counts) != nil)
        #expect(reopened(book.templates.dropLast(), book.counts) == nil)
        #expect(reopened(book.templates + [book.templates[0]], book.counts) == nil)
        #expect(reopened(book.templates, TemplateBook.Counts()) == nil)
    }

    @Test("Options out of range are named")
    func optionsAreChecked() {
        #expect(TemplateOptions().problems().isEmpty)
        var options = TemplateOptions()
        options.maximum = 3
        #expect(options.problems().count == 1)
    }
}
