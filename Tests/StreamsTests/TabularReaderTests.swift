import Foundation
import Streams
import TestSupport
import Testing

@Suite("Tabular files are read row by row")
struct TabularReaderTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func rows(_ name: String, _ text: String) throws -> [TabularRow] {
        try all(TabularReader(path: try folder.write(name, text)))
    }

    private func all(_ reader: TabularReader) throws -> [TabularRow] {
        var rows: [TabularRow] = []
        while let row = try reader.next() { rows.append(row) }
        return rows
    }

    @Test("RFC 4180: quotes, doubled quotes, commas and line ends inside, CR LF, no last line end")
    func csv() throws {
        let rows = try rows("x.csv", "\u{feff}a,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\"\",\n\n3,é\"q")
        #expect(rows.map(\.fields) == [["1", "x, \"y\"\r\nz"], ["", ""], ["3", "é\"q"]])
        #expect(rows.map(\.line) == [2, 4, 6])
        #expect(rows.first?["b"] == "x, \"y\"\r\nz")
        #expect(rows.first?["c"] == nil)
    }

    @Test("A value written with quotes comes back, whatever it holds")
    func roundTrip() throws {
        var generator = SystemRandomNumberGenerator()
        let alphabet: [Character] = ["a", ",", "\"", "\n", "\r\n", "\t", "é", " ", "\u{0}"]
        for _ in 0..<200 {
            let fields = (0..<3).map { _ in
                String(
                    (0..<Int.random(in: 0..<6, using: &generator)).compactMap { _ in
                        alphabet.randomElement(using: &generator)
                    }
                )
            }
            let written = fields.map { "\"" + $0.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }
            let rows = try rows("r.csv", "a,b,c\n" + written.joined(separator: ",") + "\n")
            #expect(rows.map(\.fields) == [fields])
        }
    }

    @Test("Malformed rows name file and line, and reading goes on behind them")
    func malformed() throws {
        let reader = try TabularReader(path: try folder.write("m.csv", "a,b\n1,2\n3\n\"4\"x,5\n6,7\n\"8"))
        #expect(try reader.next()?.fields == ["1", "2"])
        let short = #expect(throws: StreamError.self) { try reader.next() }
        #expect(short?.message.contains("m.csv, line 3: has 1 fields, the header has 2") == true)
        let quote = #expect(throws: StreamError.self) { try reader.next() }
        #expect(quote?.message.contains("line 4") == true)
        #expect(try reader.next()?.fields == ["6", "7"])
        let open = #expect(throws: StreamError.self) { try reader.next() }
        #expect(open?.message.contains("line 6") == true)
        #expect(try reader.next() == nil)
    }

    @Test("TSV knows no quotes")
    func tsv() throws {
        let rows = try rows("x.tsv", "label\ttext\n1\tsay \"hi\n2\t\"a\" b, c\n")
        #expect(rows.map(\.fields) == [["1", "say \"hi"], ["2", "\"a\" b, c"]])
    }

    @Test("JSON lines: the first row's keys are the columns, and the row is still read")
    func jsonColumns() throws {
        let reader = try TabularReader(path: try folder.write("c.jsonl", "\n{\"b\":1,\"a\":2}\n{\"c\":3}\n"))
        #expect(reader.columns == ["a", "b"])
        #expect(try all(reader).map(\.names) == [["a", "b"], ["c"]])
        #expect(try TabularReader(path: try folder.write("empty.jsonl", "")).columns == [])
    }

    @Test("JSON lines: numbers and nested values as JSON, null as absent")
    func jsonLines() throws {
        let rows = try rows("x.jsonl", "{\"b\":1.5,\"a\":\"t\",\"n\":null,\"o\":{\"k\":[1,true]}}\n\n{\"c\":false}")
        #expect(rows.map(\.names) == [["a", "b", "o"], ["c"]])
        #expect(rows.map(\.fields) == [["t", "1.5", "{\"k\":[1,true]}"], ["false"]])
        #expect(rows.map(\.line) == [1, 3])
        for text in ["{", "[1]", "1"] {
            let error = #expect(throws: StreamError.self) { try self.rows("bad.ndjson", text) }
            #expect(error?.code == "MALFORMED")
        }
    }

    @Test(
        "The extension decides",
        arguments: [
            ("a/b.csv", TabularReader.Format.csv), ("b.TSV.gz", .tsv), ("c.ndjson", .jsonLines),
            ("d.jsonl.gz", .jsonLines),
            ("e.log", .lines), ("f.txt.gz", .lines),
        ]
    )
    func formats(path: String, format: TabularReader.Format) {
        #expect(TabularReader.Format(path: path) == format)
        #expect(TabularReader.Format(path: "plain") == nil)
    }

    @Test("An empty file and a column named twice are refused")
    func headers() throws {
        #expect(throws: StreamError.self) { try self.rows("e.csv", "") }
        #expect(throws: StreamError.self) { try self.rows("d.csv", "a,b,a\n1,2,3\n") }
        #expect(try rows("h.csv", "a,b\n").isEmpty)
    }

    @Test(
        "Real files: gzip TSV, and quoted CSV against the raw lines it was cut from",
        .enabled(if: SharedData.isPresent, "the shared data sets are absent")
    )
    func real() throws {
        let questions = SharedData.root.appending(path: "text/stackoverflow.tsv.gz").path
        let rows = try all(TabularReader(path: questions))
        #expect(rows.first?.fields == ["4", "How to disable css access outside from hosting domain?"])
        #expect(rows.allSatisfy { Int($0["label"] ?? "") != nil })

        let folder = SharedData.root.appending(path: "logs/loghub2k")
        let structured = try all(TabularReader(path: folder.appending(path: "OpenStack_2k.log_structured.csv").path))
        let lines = try all(TabularReader(path: folder.appending(path: "OpenStack_2k.log").path))
        #expect(structured.count == 2000)
        for (row, line) in zip(structured, lines) {
            #expect(line.fields[0].hasSuffix(row["Content"] ?? "absent"), "row \(row.line)")
        }
    }
}
