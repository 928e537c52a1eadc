import Foundation
import Streams
import Testing

@Suite("A snapshot is whole or refused")
struct SnapshotFileTests {
    private let folder: ScratchFolder
    private let file: SnapshotFile
    private let entries = [
        SnapshotFile.Entry(key: Array("meta".utf8), value: [1, 2, 3]),
        SnapshotFile.Entry(key: [], value: []),
        SnapshotFile.Entry(key: [0, 255], value: [UInt8](repeating: 7, count: 100_000)),
    ]

    init() throws {
        folder = try ScratchFolder()
        file = SnapshotFile(path: folder.url.appending(path: "model.snapshot").path)
    }

    private func bytes() throws -> [UInt8] {
        Array(try FileHandle(forReadingFrom: URL(filePath: file.path)).readToEnd() ?? Data())
    }

    private func refused(_ bytes: [UInt8], _ code: String) throws {
        try Data(bytes).write(to: URL(filePath: file.path))
        let error = #expect(throws: StreamError.self) { try file.read() }
        #expect(error?.code == code)
        #expect(error?.kind == .misconfigured)
        #expect(error?.message.contains(file.path) == true)
        #expect(try self.bytes() == bytes, "a refused file must stay as it is")
    }

    @Test("What is written is read, over and over, and nothing else is left in the folder")
    func roundTrip() throws {
        #expect(try file.read() == nil)
        try file.write(entries)
        #expect(try file.read() == entries)
        try file.write([])
        #expect(try file.read() == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["model.snapshot"])
    }

    @Test("The layout is the documented one")
    func layout() throws {
        try file.write([SnapshotFile.Entry(key: [0x6b], value: [0x76])])
        // CRC-32 of 01 00 00 00 6b 01 00 00 00 76, by Python's zlib.crc32: 0xea7d0168.
        let payload: [UInt8] = [1, 0, 0, 0, 0x6b, 1, 0, 0, 0, 0x76]
        let header = Array("CENTROID".utf8) + [1, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0]
        #expect(try bytes().prefix(20) == header[...])
        #expect(try Array(bytes().dropFirst(24)) == payload)
        #expect(try Array(bytes()[20..<24]) == [0x68, 0x01, 0x7d, 0xea])
    }

    @Test("Cut anywhere, the file is refused")
    func truncated() throws {
        try file.write(entries)
        let whole = try bytes()
        for length in [8, 20, 23, 24, 25, whole.count / 2, whole.count - 1] {
            try refused(Array(whole.prefix(length)), "SNAPSHOT_TRUNCATED")
        }
        try refused(whole + [0], "SNAPSHOT_TRAILING")
        for length in [0, 1, 7] { try refused(Array(whole.prefix(length)), "SNAPSHOT_FOREIGN") }
    }

    @Test("Any flipped byte of the payload is noticed")
    func damaged() throws {
        try file.write(Array(entries.prefix(2)))
        let whole = try bytes()
        for index in 24..<whole.count {
            var copy = whole
            copy[index] ^= 0x10
            try refused(copy, "SNAPSHOT_CHECKSUM")
        }
    }

    @Test("Foreign files and newer formats are refused")
    func foreign() throws {
        try refused(Array("#!/bin/sh\necho not a snapshot, but long enough\n".utf8), "SNAPSHOT_FOREIGN")
        try file.write(entries)
        var newer = try bytes()
        newer[8] = 9
        try refused(newer, "SNAPSHOT_VERSION")
    }

    @Test("A folder that cannot be written leaves the old file and says why")
    func unwritable() throws {
        let lost = SnapshotFile(path: folder.url.appending(path: "absent/model.snapshot").path)
        let error = #expect(throws: StreamError.self) { try lost.write(entries) }
        #expect(error?.code == "ENOENT")
        #expect(error?.message.contains("absent") == true)
    }
}
