import Foundation
import Logging
import Synchronization
import Testing

@testable import Telemetry

/// Collects lines and moves time by hand.
private final class Recorder: Sendable {
    let lines = Mutex<[String]>([])
    let time = Mutex<Int64>(1_795_561_215_250)

    func output(
        _ format: LogFormat = .logfmt,
        level: Logger.Level = .trace,
        journal: Bool = false,
        burst: Int = 1
    ) -> LogOutput {
        LogOutput(
            format: format,
            level: level,
            usesJournalPrefix: journal,
            burst: burst,
            clock: { self.time.withLock { $0 } },
            sink: { line in self.lines.withLock { $0.append(line) } }
        )
    }

    var written: [String] { lines.withLock { $0 } }
}

@Suite struct LogTests {
    @Test func logfmtQuotesOnlyWhereNeeded() {
        let recorder = Recorder()
        recorder.output().logger("kafka").info(
            "partitions assigned",
            metadata: ["n": .stringConvertible(3), "text": "a \"b\"\nc", "plain": "x-1", "empty": "", "level": "own"]
        )
        #expect(
            recorder.written == [
                "ts=2026-11-24T23:00:15.250Z level=info msg=\"partitions assigned\" logger=kafka empty=\"\" "
                    + "level_=own n=3 plain=x-1 text=\"a \\\"b\\\"\\nc\"\n"
            ]
        )
    }

    @Test func jsonLinesAreValidAndKeepNumbers() throws {
        let recorder = Recorder()
        recorder.output(.json).logger("model").warning(
            "odd \u{1}\u{2028} text",
            metadata: [
                "n": .stringConvertible(3), "x": .stringConvertible(0.5), "yes": .stringConvertible(true),
                "nan": .stringConvertible(Double.nan), "list": ["a", ["k": "v"]],
            ]
        )
        let line = try #require(recorder.written.first)
        #expect(line.filter(\.isNewline).count == 1)
        let object = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["msg"] as? String == "odd \u{1}\u{2028} text")
        #expect(object["n"] as? Int == 3)
        #expect(object["x"] as? Double == 0.5)
        #expect(object["yes"] as? Bool == true)
        #expect(object["nan"] as? String == "nan")
        #expect((object["list"] as? [Any])?.count == 2)
        #expect(object["ts"] as? String == "2026-11-24T23:00:15.250Z")
    }

    @Test(arguments: [
        (Logger.Level.trace, "<7>"), (.debug, "<7>"), (.info, "<6>"), (.notice, "<5>"), (.warning, "<4>"),
        (.error, "<3>"), (.critical, "<2>"),
    ])
    func theJournalGetsAPriorityAndNoTime(level: Logger.Level, prefix: String) {
        let recorder = Recorder()
        recorder.output(journal: true).logger("x").log(level: level, "m")
        #expect(recorder.written == ["\(prefix)level=\(level) msg=m logger=x\n"])
    }

    @Test func theJournalIsKnownByDeviceAndInode() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data().write(to: file)
        let handle = try FileHandle(forReadingFrom: file)
        var status = stat()
        #expect(fstat(handle.fileDescriptor, &status) == 0)
        let name = "\(status.st_dev):\(status.st_ino)"
        #expect(Journal.isStandardError(environment: name, descriptor: handle.fileDescriptor))
        #expect(!Journal.isStandardError(environment: name + "1", descriptor: handle.fileDescriptor))
        #expect(!Journal.isStandardError(environment: nil, descriptor: handle.fileDescriptor))
        #expect(!Journal.isStandardError(environment: "nonsense", descriptor: handle.fileDescriptor))
    }

    @Test func aRepeatedMessageIsCountedInsteadOfWritten() {
        let recorder = Recorder()
        let output = recorder.output()
        let logger = output.logger("x")
        func say() { logger.warning("again") }
        for _ in 0..<5 { say() }
        #expect(recorder.written.count == 1)
        recorder.time.withLock { $0 += 10_000 }
        say()
        #expect(recorder.written.count == 2)
        #expect(recorder.written[1].contains("msg=again logger=x suppressed=4"))
    }

    @Test func whatWasSuppressedIsReportedThoughNeverSaidAgain() {
        let recorder = Recorder()
        let output = recorder.output(burst: 2)
        let logger = output.logger("x")
        for _ in 0..<7 { logger.warning("again") }
        recorder.time.withLock { $0 += 10_001 }
        logger.info("other")
        #expect(recorder.written.contains { $0.contains("message=again suppressed=5") })
        for _ in 0..<3 { logger.error("last") }
        output.flush()
        #expect(recorder.written.contains { $0.contains("message=last suppressed=1") })
    }

    @Test func differentPlacesAndMessagesAreCountedApart() {
        let recorder = Recorder()
        let logger = recorder.output().logger("x")
        logger.info("a")
        logger.info("a")
        for index in 0..<3 { logger.info("b \(index)") }
        #expect(recorder.written.count == 5)
    }

    @Test func theLevelMayChangeWhileRunning() {
        let recorder = Recorder()
        let output = recorder.output(level: .warning)
        let logger = output.logger("x")
        logger.info("quiet")
        output.level = .debug
        logger.debug("loud")
        #expect(recorder.written.count == 1)
        #expect(recorder.written[0].contains("loud"))
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    ])
    func timesAreWrittenAsRFC3339(milliseconds: Int64, text: String) {
        #expect(Timestamp.text(milliseconds) == text)
    }
}
