import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Redaction")
struct RedactionTests {
    @Test(
        "Each built-in kind leaves its name, and what only looks like it stays",
        arguments: [
            ("mail ada@example.org now", "mail <email> now"),
            ("ada.b+c@mail.example.co.uk.", "<email>."),
            ("(ada@example.org)", "(<email>)"),
            ("user@host, a@b", "user@host, a@b"),
            ("from 10.0.0.255 to 256.1.1.1", "from <address> to 256.1.1.1"),
            ("10.0.0.1:8080", "<address>:8080"),
            ("version 1.2.3.4.5", "version 1.2.3.4.5"),
            ("fe80::1 and ::1", "<address> and <address>"),
            ("2001:db8:0:0:0:0:2:1", "<address>"),
            ("std::vector at 12:30:45", "std::vector at 12:30:45"),
            ("00:1a:2B:3c:4d:5e up", "<address> up"),
            ("id 123e4567-e89b-12d3-a456-426614174000.", "id <uuid>."),
            ("12345 then 123456", "12345 then <number>"),
            ("call 555-123-4567 or 555 123 4567", "call <number> or <number>"),
            ("2024-01-02", "2024-01-02"),
            ("2005-06-03-15.42.50.675 RAS", "2005-06-03-15.42.50.675 RAS"),
            ("2005-13-03-1555 and 2005-06-0315", "<number> and <number>"),
            ("0xdeadbeef 0xbeef", "<hexadecimal> 0xbeef"),
            ("d41d8cd98f00b204e9800998ecf8427e", "<hexadecimal>"),
            ("effaced defaced acceded facade", "effaced defaced acceded facade"),
            ("", ""),
        ]
    )
    func kinds(text: String, expected: String) {
        #expect(Redaction.builtIn.redacted(text) == expected)
    }

    @Test("A kind that is not asked for is left alone")
    func subset() {
        let mail = Redaction(kinds: [.email])
        #expect(mail.redacted("ada@example.org 10.0.0.1 1234567") == "<email> 10.0.0.1 1234567")
        #expect(Redaction.none.redacted("ada@example.org 1234567") == "ada@example.org 1234567")
    }

    @Test("Text beyond ASCII stays whole, wherever it is cut")
    func unicode() {
        let text = "Grüße 日本語 👩‍👩‍👧 ada@example.org über 1234567 naïve 東京"
        let redacted = Redaction.builtIn.redacted(text)
        #expect(redacted == "Grüße 日本語 👩‍👩‍👧 <email> über <number> naïve 東京")
        for limit in 0...redacted.utf8.count + 2 {
            let kept = Redaction.builtIn.kept(text, limit: limit)
            #expect(kept.utf8.count <= limit)
            #expect(redacted.utf8.starts(with: kept.utf8))
            #expect(!kept.unicodeScalars.contains("\u{FFFD}"))
        }
    }

    @Test("What lies across the end of what is looked at does not stay by halves")
    func longTexts() {
        for length in 880...930 {
            let text =
                String(repeating: "w ", count: length / 2) + "ada.lovelace.of.london@example.org 4111111111111111"
            let kept = Redaction.builtIn.kept(text, limit: 200)
            #expect(!kept.contains("ada") && !kept.contains("4111"))
            let all = Redaction.beginning(of: text, limit: 2 * 200 + Terms.byteLimit)
            #expect(!Redaction.builtIn.redacted(all).contains("ada"))
        }
    }

    @Test("The operator's patterns are applied after the built-in kinds, in order")
    func patterns() throws {
        let redaction = try Redaction(rules: ["email", "user=\\w+", "<email>"])
        #expect(redaction.kinds == [.email] && redaction.patterns == ["user=\\w+", "<email>"])
        #expect(redaction.redacted("user=bob ada@example.org") == "<redacted> <redacted>")
        let empty = try Redaction(rules: ["x*"])
        #expect(empty.redacted("abxxc") == "ab<redacted>c")
        #expect(try Redaction(rules: ["é+"]).redacted("caféé 日本") == "caf<redacted> 日本")
    }

    @Test(
        "What a line shows where such lines vary is without secrets, by the words before them too, and keeps its numbers",
        arguments: [
            ("login of ada@example.org from 10.0.0.7", ["<email>", "10.0.0.7"]),
            ("password=hunter22 of user 1234567", ["<redacted>", "1234567"]),
            ("token A-7 and token A-8, 日本 secret-9x done", ["A-7", "A-8", "日本 <redacted>"]),
            ("secret-1 secret-2", ["<redacted> <redacted>"]),
            ("cut-9 short", ["<redacted>9"]),
        ]
    )
    func parameters(line: String, expected: [String]) throws {
        let redaction = try Redaction(rules: ["email", "number", "password=\\w+", "secret-\\w+", "(?<=^)cut-"])
        let varying = [
            "ada@example.org", "10.0.0.7", "hunter22", "1234567", "A-7", "A-8", "日本 secret-9x", "secret-1 secret-2",
            "cut-9",
        ]
        var text = line
        let shown = text.withUTF8 { bytes in
            let ranges = varying.compactMap { part in
                line.range(of: part).map { range in
                    let begin = line.utf8.distance(from: line.startIndex, to: range.lowerBound)
                    return begin..<(begin + part.utf8.count)
                }
            }
            return redaction.shown(ranges, of: bytes)
        }
        #expect(shown == expected)
    }

    @Test("A rule that is neither is refused by name, with what there is")
    func errors() throws {
        let error = #expect(throws: ClusteringError.self) { _ = try Redaction(rules: ["email", "(unclosed"]) }
        let text = try #require(error).description
        #expect(text.contains("(unclosed") && Redaction.Kind.allCases.allSatisfy { text.contains($0.rawValue) })
    }

    @Test("Nothing that is redacted reaches any part of the model or its stored entries")
    func nothingIsKept() throws {
        var stream = SyntheticStream(clusters: 3, dimension: 2, spread: 0.5, seed: 5)
        var options = ClusteringOptions()
        options.labels.redaction = try Redaction(rules: Redaction.Kind.allCases.map(\.rawValue) + ["patient=\\w+"])
        var learner = Learner(model: Model(space: "t", dimension: 2, metric: .euclidean), options: options)
        func texts(_ count: Int) -> [Observation] {
            (0..<count).map {
                Observation(text: "login secretname@example.org patient=secretword card 4929111122223333 row \($0 % 7)")
            }
        }
        _ = try learner.process(vectors: stream.records(1200).vectors, observations: texts(1200))
        // Scattered records wait in the nursery.
        _ = try learner.process(vectors: stream.noise(50, width: 4000), observations: texts(50))
        _ = try learner.adopt(recluster(model: learner.model, options: learner.options))
        let model = learner.model
        #expect(!model.nursery.waiting.isEmpty && !model.sample.slots.isEmpty)
        let records = (model.nursery.waiting + model.sample.slots).compactMap(\.text)
        let speakers = model.clusters.flatMap(\.representatives).map(\.text)
        #expect(records.contains { $0.contains("<email>") } && !speakers.isEmpty)
        let terms = model.clusters.flatMap { Array($0.terms.counts.keys) }
        for text in records + speakers + terms + model.clusters.map(\.label) {
            #expect(!text.contains("secret") && !text.contains("4929"))
        }
        for entry in try ModelCodec.entries(of: model, sourceOffsets: [:]) {
            let text = String(decoding: entry.value ?? [], as: UTF8.self)
            #expect(!text.contains("secretname") && !text.contains("secretword") && !text.contains("4929111122223333"))
        }
    }

    /// Texts that are equal to the reader but not in their bytes are different texts.
    @Test func whatIsRememberedIsWhatWouldBeFound() {
        var memory = RedactedTexts()
        let texts =
            (0..<6_000).map { "user\($0 % 5_000)@example.org" } + ["caf\u{E9}", "cafe\u{301}", ""]
            + [String(repeating: "x", count: 1_000)]
        var found = 0
        for text in texts + texts.reversed() {
            let redacted = memory.text(of: text) {
                found += 1
                return "<\(text)>"
            }
            #expect(Array(redacted.utf8) == Array("<\(text)>".utf8))
        }
        #expect(found < 2 * texts.count, "some were remembered")
    }
}
