import Foundation
import Streams
import TestSupport
import Testing

@Suite("Lines of files are records")
struct FileLogTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func records(_ log: FileLog, maximum: Int = 1000) throws -> [Record] {
        let consumer = try log.makeConsumer(group: "any")
        try consumer.subscribe(to: log.topics, listener: RecordingListener())
        defer { consumer.close() }
        var records: [Record] = []
        while true {
            let polled = try consumer.poll(maximum: maximum, maximumBytes: 1 << 30, timeout: .milliseconds(100))
            records += polled.records
            if polled.finished { return records }
        }
    }

    private func values(_ bytes: [UInt8], name: String = "x.log") throws -> [[UInt8]] {
        try records(FileLog(inputs: [.file(try folder.write(name, bytes))])).map { $0.value ?? [] }
    }

    @Test("LF, CR LF, empty lines, any bytes, and a last line without an end")
    func lines() throws {
        #expect(
            try values(Array("a\nb\r\n\n\rc\r\nlast".utf8)) == ["a", "b", "", "\rc", "last"].map { Array($0.utf8) }
        )
        #expect(try values([0xff, 0x00, 0x0a, 0xc3]) == [[0xff, 0x00], [0xc3]])
        #expect(try values([]) == [])
        #expect(try values([0x0a]) == [[]])
        #expect(try values([0x1f]) == [[0x1f]], "half of gzip's magic is a line like any other")
    }

    @Test("Topic, partition and offset are file, copy and line number")
    func coordinates() throws {
        let one = try folder.write("one.log", "a\nb\n")
        let two = try folder.write("two.log", "c\n")
        let log = FileLog(inputs: [.file(one), .file(two), .file(one)])
        let read = try records(log)
        let places: [String] = read.map { "\($0.source)@\($0.offset)" }
        #expect(places == ["one.log[0]@0", "one.log[0]@1", "two.log[0]@0", "one.log[1]@0", "one.log[1]@1"])
        #expect(read.allSatisfy { $0.key == nil && $0.timestamp == nil && $0.headers.isEmpty })
        #expect(log.partitionCounts(of: ["one.log", "none"]) == ["one.log": 2])
        var whole = 0
        try log.readAll(topic: "one.log") { _ in whole += 1 }
        #expect(whole == 4)
    }

    @Test("Gzip is inflated, several members and zero padding included", arguments: [1, 3])
    func gzip(members: Int) throws {
        let text = (0..<20_000).map { "line \($0) \($0 &* 2_654_435_761)\n" }.joined()
        let part = try folder.gzip(Array(text.utf8))
        let whole = Array([[UInt8]](repeating: part, count: members).joined()) + [0, 0, 0] as [UInt8]
        let read = try values(whole, name: "big.log.gz")
        #expect(read.count == 20_000 * members)
        #expect(
            read.map { String(decoding: $0, as: UTF8.self) + "\n" }.joined()
                == String(repeating: text, count: members)
        )
    }

    @Test("Truncated and damaged gzip is an error that names the file")
    func brokenGzip() throws {
        var bytes = try folder.gzip(Array(String(repeating: "abc def\n", count: 10_000).utf8))
        let cut = #expect(throws: StreamError.self) { try self.values(Array(bytes.dropLast(10)), name: "cut.gz") }
        #expect(cut?.message.contains("cut.gz") == true && cut?.message.contains("truncated") == true)
        bytes[bytes.count - 6] ^= 0xff
        let damaged = #expect(throws: StreamError.self) { try self.values(bytes, name: "damaged.gz") }
        #expect(damaged?.message.contains("damaged") == true)
        let trailing = try folder.gzip([0x61]) + Array("rubbish".utf8)
        #expect(throws: StreamError.self) { try self.values(trailing, name: "trailing.gz") }
    }

    @Test("A line beyond the ceiling is cut and marked with its length", arguments: [0, 1, 2, 200_000])
    func ceiling(excess: Int) throws {
        let ceiling = 100_000
        let long = [UInt8](repeating: 0x78, count: ceiling + excess)
        for end in [[0x0a], [0x0d, 0x0a]] as [[UInt8]] {
            let path = try folder.write("long.log", long + end + [0x79] + end)
            let read = try records(FileLog(inputs: [.file(path)], lineCeiling: ceiling))
            #expect(read.map { $0.value?.count } == [ceiling, 1])
            let marks = excess == 0 ? [] : [Header(FileLog.truncatedHeader, String(ceiling + excess))]
            #expect(read.first?.headers == marks)
        }
    }

    @Test("A batch is full while lines keep coming, whatever the chunks; a silent pipe answers in time")
    func batches() throws {
        let pipe = Pipe()
        let log = FileLog(inputs: [.descriptor(pipe.fileHandleForReading.fileDescriptor, name: "pipe")])
        let consumer = try log.makeConsumer(group: "any")
        try consumer.subscribe(to: [], listener: RecordingListener())
        let silent = try consumer.poll(maximum: 5, maximumBytes: 1000, timeout: .milliseconds(1))
        #expect(silent.records.isEmpty && !silent.finished)
        let writer = pipe.fileHandleForWriting
        try writer.write(contentsOf: Data("1\n2\n3".utf8))
        let first = try consumer.poll(maximum: 5, maximumBytes: 1000, timeout: .milliseconds(20))
        #expect(first.records.count == 2, "the third line is not whole yet")
        try writer.write(contentsOf: Data("\n4\n5\n6\n7\n8".utf8))
        let second = try consumer.poll(maximum: 5, maximumBytes: 1000, timeout: .milliseconds(20))
        #expect(second.records.map(\.offset) == [2, 3, 4, 5, 6])
        try writer.close()
        let last = try consumer.poll(maximum: 5, maximumBytes: 1000, timeout: .milliseconds(20))
        #expect(last.records.count == 1 && last.finished)
        consumer.close()
    }

    @Test("A file can be read again from a line, a stream cannot")
    func seek() throws {
        let path = try folder.write("s.log", "0\n1\n2\n3\n")
        let consumer = try FileLog(inputs: [.file(path)]).makeConsumer(group: "any")
        let listener = RecordingListener()
        let source = TopicPartition(topic: "s.log", partition: 0)
        listener.positions = [source: 1]
        try consumer.subscribe(to: ["s.log"], listener: listener)
        func offsets() throws -> [Int64] {
            try consumer.poll(maximum: 100, maximumBytes: 1000, timeout: .milliseconds(1)).records.map(\.offset)
        }
        #expect(try offsets() == [1, 2, 3])
        try consumer.seek(to: [source: 2])
        #expect(try offsets() == [2, 3])
        #expect(throws: StreamError.self) { try consumer.seek(to: [TopicPartition(topic: "z", partition: 0): 0]) }

        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("a\nb\n".utf8))
        let stream = try FileLog(inputs: [.descriptor(pipe.fileHandleForReading.fileDescriptor, name: "p")])
            .makeConsumer(group: "any")
        try stream.subscribe(to: ["p"], listener: RecordingListener())
        _ = try stream.poll(maximum: 2, maximumBytes: 1000, timeout: .milliseconds(20))
        #expect(throws: StreamError.self) { try stream.seek(to: [TopicPartition(topic: "p", partition: 0): 0]) }
    }

    @Test("A missing file and an unknown name are errors that say so")
    func missing() throws {
        let path = folder.url.appending(path: "none.log").path
        let error = #expect(throws: StreamError.self) { try self.records(FileLog(inputs: [.file(path)])) }
        #expect(error?.code == "ENOENT" && error?.message.contains(path) == true)
        let consumer = try FileLog(inputs: [.standardInput]).makeConsumer(group: "any")
        let unknown = #expect(throws: StreamError.self) {
            try consumer.subscribe(to: ["other"], listener: RecordingListener())
        }
        #expect(unknown?.message.contains("stdin") == true)
    }

    @Test(
        "A real log file comes out as its own bytes",
        .enabled(if: SharedData.isPresent, "the shared data sets are absent")
    )
    func realFile() throws {
        let url = SharedData.root.appending(path: "logs/loghub2k/Apache_2k.log")
        let read = try records(FileLog(inputs: [.file(url.path)]), maximum: 256)
        #expect(read.count == 2000)
        #expect(read.map(\.offset) == Array(0..<2000))
        let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
        let expected = text.split(separator: "\r\n", omittingEmptySubsequences: false).prefix(2000).map(String.init)
        #expect(read.map { String(decoding: $0.value ?? [], as: UTF8.self) } == expected)
    }

    @Test("Lines that go on a record are a part of it, whatever the reads bring")
    func linesAreJoined() throws {
        let path = try folder.write("app.log", "one\n two\n\tthree\nfour\nfive\n six")
        let log = FileLog(inputs: [.file(path)], joining: { $0.first == 0x20 || $0.first == 0x09 })
        let read = try records(log)
        #expect(
            read.map { String(decoding: $0.value ?? [], as: UTF8.self) } == [
                "one\n two\n\tthree", "four", "five\n six",
            ]
        )
        #expect(read.map(\.offset) == [0, 3, 4])
    }
}

@Suite("Records are written as lines")
struct LineProducerTests {
    private func line(_ text: String, topic: String = "t") -> OutgoingRecord {
        OutgoingRecord(topic: topic, value: Array(text.utf8))
    }

    @Test("A transaction's lines come with its commit, and an aborted one's never")
    func transactions() throws {
        let pipe = Pipe()
        let producer = LineProducer(descriptor: pipe.fileHandleForWriting.fileDescriptor, topics: ["t"])
        try producer.begin()
        try producer.send(line("1"))
        try producer.send(line("not ours", topic: "other"))
        try producer.flush()
        try producer.commit()
        try producer.begin()
        try producer.send(line("2"))
        producer.abort()
        try producer.send(line("3"))
        producer.close()
        try pipe.fileHandleForWriting.close()
        #expect(String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self) == "1\n3\n")
    }

    @Test("A reader that has gone is a clear error")
    func brokenPipe() throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let producer = LineProducer(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        try producer.send(line("x"))
        let error = #expect(throws: StreamError.self) { try producer.flush() }
        #expect(error?.code == "EPIPE" && error?.kind == .fatal)
    }
}
