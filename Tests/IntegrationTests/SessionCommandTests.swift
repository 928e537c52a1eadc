import Foundation
import TestSupport
import Testing

@Suite("Commands on sessions", .timeLimit(.minutes(5)))
struct SessionCommandTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// The steps of 600 blocks; every twentieth lacks its last one, and one of its rows says that something is wrong.
    private static let rows: [(block: Int, time: String, line: String, isOdd: Bool, isMarked: Bool)] =
        (0..<600).flatMap { block in
            let isOdd = block % 20 == 7
            let lines = ["allocating blk_N", "receiving blk_N from 10.0.0.1", "stored blk_N"].prefix(isOdd ? 2 : 3)
            return lines.enumerated().map { step, line in
                let time = "2024-03-\(10 + block / 50) 10:\(10 + block % 50):0\(step)"
                let text = line.replacingOccurrences(of: "blk_N", with: "blk_\(block)")
                return (block, time, "\(time) \(text)", isOdd, isOdd && step == 1)
            }
        }

    private func table() throws -> String {
        var table = "block,at,line,kind,odd\n"
        for row in Self.rows {
            table +=
                "blk_\(row.block),\(row.time),\(row.line),\(row.isOdd ? "short" : "whole"),\(row.isMarked ? 1 : 0)\n"
        }
        return try file("lines.csv", table)
    }

    private func configuration(_ names: String) throws -> String {
        let key = names == "pattern" ? "pattern: 'blk_\\d+'" : "field: block, time: at"
        let space = "space: {kind: session, field: line}"
        return try file("centroidd.yaml", "\(space)\nsession: {\(key), size: 1m, lateness: 0s}\n")
    }

    private func file(_ name: String, _ content: String) throws -> String {
        let file = scratch.folder.appending(path: name)
        try content.write(to: file, atomically: true, encoding: .utf8)
        return file.path
    }

    private func objects(_ data: Data) throws -> [[String: Any]] {
        try data.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    @Test("evaluate judges sessions by the labels of their rows", arguments: ["pattern", "columns"])
    func evaluate(names: String) throws {
        let arguments = ["--config", try configuration(names), "--input", try table(), "--label", "kind"]
        let result = try DaemonProcess.run(["evaluate"] + arguments + ["--anomaly", "odd"])
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        #expect(report["records"] as? Int == 1770 && report["sessions"] as? Int == 600)
        #expect(report["judged"] as? Int == 540 && report["refused"] as? Int == 0)
        #expect(report["purity"] as? Double == 1)
        #expect(report["auroc"] as? Double ?? 0 > 0.95)
    }

    @Test(
        "cluster gives each session a line, and those with other events another group",
        arguments: ["pattern", "columns"]
    )
    func cluster(names: String) throws {
        let arguments = ["--config", try configuration(names), "--input", try table(), "--label", "kind"]
        let result = try DaemonProcess.run(["cluster", "--format", "json", "--algorithm", "kmeans"] + arguments)
        #expect(result.code == 0, "\(result.errors)")
        let lines = try objects(result.output)
        #expect(lines.compactMap { $0["session"] as? String } == (0..<600).map { "blk_\($0)" })
        let groups = Dictionary(grouping: lines.indices) { lines[$0]["cluster"] as? Int ?? -1 }
        #expect(Set(groups.values) == [Array(stride(from: 7, to: 600, by: 20)), (0..<600).filter { $0 % 20 != 7 }])
        let first = try #require(lines.first)
        #expect((first["end"] as? Int ?? 0) - (first["start"] as? Int ?? 0) == 2000)
        let report = try #require(JSONSerialization.jsonObject(with: Data(result.errors.utf8)) as? [String: Any])
        #expect(report["records"] as? Int == 600 && report["ari"] as? Double == 1)
    }

    @Test("embed gives a vector for each session, and names the line that is in none")
    func embed() throws {
        let config = try configuration("pattern")
        let input = Self.rows.map { $0.line + "\n" }.joined()
        let result = try DaemonProcess.run(["embed", "--config", config], input: Data(input.utf8))
        #expect(result.code == 0, "\(result.errors)")
        let lines = try objects(result.output)
        #expect(lines.count == 600)
        let (whole, short) = (lines[0]["vector"] as? [Double], lines[7]["vector"] as? [Double])
        #expect(whole?.count { abs($0 - log(2)) < 1e-6 } == 3 && short?.count { abs($0 - log(2)) < 1e-6 } == 2)
        #expect(lines.indices.allSatisfy { lines[$0]["vector"] as? [Double] == ($0 % 20 == 7 ? short : whole) })
        let stray = try DaemonProcess.run(
            ["embed", "--config", config],
            input: Data((input + "2024-03-30 10:00:00 up\n").utf8)
        )
        #expect(stray.code == 65 && stray.errors.contains("line 1771") && stray.errors.contains("session.pattern"))
    }
}
