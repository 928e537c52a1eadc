import Foundation
import Templates
import TestSupport
import Testing

@Suite("Logs of ten systems, one configuration", .enabled(if: SharedData.isPresent, "the public data is not here"))
struct GroupingTests {
    /// What another miner's defaults reach: a floor for each system.
    static let floors = [
        "Apache": 1.0, "BGL": 0.969, "HDFS": 0.9975, "HPC": 0.887, "Hadoop": 0.9535, "Linux": 0.684, "OpenSSH": 0.7195,
        "OpenStack": 0.3095, "Windows": 0.571, "Zookeeper": 0.967,
    ]

    static func table(_ system: String) throws -> [(content: String, event: String)] {
        let file = SharedData.root.appending(path: "logs/loghub2k/\(system)_2k.log_structured.csv")
        var rows: [[String]] = []
        var (row, field, isQuoted) = ([String](), [UInt8](), false)
        for byte in try Data(contentsOf: file) {
            switch byte {
            // A quote within a field is doubled: it closes and opens again.
            case UInt8(ascii: "\""):
                if !isQuoted, !field.isEmpty { field.append(byte) }
                isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted:
                row.append(String(decoding: field, as: UTF8.self))
                field = []
            case UInt8(ascii: "\n") where !isQuoted:
                row.append(String(decoding: field, as: UTF8.self))
                rows.append(row)
                (row, field) = ([], [])
            case UInt8(ascii: "\r") where !isQuoted: break
            default: field.append(byte)
            }
        }
        let content = try #require(rows.first?.firstIndex(of: "Content"))
        let event = try #require(rows.first?.firstIndex(of: "EventId"))
        return rows.dropFirst().map { ($0[content], $0[event]) }
    }

    /// Shares of lines, and the F1 of groups, that are exactly a true group by the ids given on arrival.
    static func figures(_ lines: [(content: String, event: String)]) -> (accuracy: Double, f1: Double) {
        var mining = Mining()
        let ids = lines.map { mining.learn($0.content) }
        var (sizes, found) = ([String: Int](), [Int: Int]())
        var pairs: [String: [Int: Int]] = [:]
        for (line, id) in zip(lines, ids) {
            sizes[line.event, default: 0] += 1
            found[id, default: 0] += 1
            pairs[line.event, default: [:]][id, default: 0] += 1
        }
        let exact = pairs.filter { event, ids in
            ids.count == 1 && ids.allSatisfy { $0.value == sizes[event] && $0.value == found[$0.key] }
        }
        let right = exact.keys.reduce(0) { $0 + (sizes[$1] ?? 0) }
        let (precision, recall) = (Double(exact.count) / Double(found.count), Double(exact.count) / Double(sizes.count))
        return (Double(right) / Double(lines.count), 2 * precision * recall / max(precision + recall, 1e-9))
    }

    @Test("Every system is grouped at least as well as by a tuned-for-nobody peer", arguments: floors.keys.sorted())
    func systemIsGrouped(system: String) throws {
        let figures = Self.figures(try Self.table(system))
        #expect(figures.accuracy >= Self.floors[system] ?? 1)
        #expect(figures.f1 >= 0.85)
    }

    @Test("The means hold")
    func meansHold() throws {
        let figures = try Self.floors.keys.map { Self.figures(try Self.table($0)) }
        #expect(figures.map(\.accuracy).reduce(0, +) / 10 >= 0.97)
        #expect(figures.map(\.f1).reduce(0, +) / 10 >= 0.95)
    }
}
