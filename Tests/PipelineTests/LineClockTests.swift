import Testing

@testable import Pipeline

@Suite("The time that a line begins with")
struct LineClockTests {
    private func milliseconds(_ line: String) -> Int64? {
        var line = line
        return line.withUTF8 { LineClock.milliseconds(of: $0) }
    }

    /// The right side by `date -u -d … +%s`.
    @Test(
        "is read as systems write it",
        arguments: [
            ("[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok", 1_133_671_664_000),
            ("- 1117838570 2005.06.03 R02-M1-N0 2005-06-03-15.42.50.675872 RAS KERNEL INFO", 1_117_838_570_000),
            ("2005-06-03-15.42.50.675872 R02-M1-N0 RAS KERNEL INFO", 1_117_813_370_675),
            ("081109 203518 143 INFO dfs.DataNode$DataXceiver: Receiving block", 1_226_262_918_000),
            ("2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop", 1_445_191_307_978),
            ("2016-09-28 04:30:30, Info                  CBS    Loaded Servicing Stack", 1_475_037_030_000),
            ("17/06/09 20:10:40 INFO executor.CoarseGrainedExecutorBackend", 1_497_039_040_000),
            ("2024-02-29T23:59:59.5Z started", 1_709_251_199_500),
            ("2024-02-29T23:59:59+02:00 started", 1_709_243_999_000),
            ("127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 2326", 971_211_336_000),
            ("[10/Oct/2000:13:55:36 -0700] GET /", 971_211_336_000),
        ] as [(String, Int64)]
    )
    func times(line: String, time: Int64) {
        #expect(milliseconds(line) == time)
    }

    @Test("without a year can be compared with that of the next line")
    func withoutYear() throws {
        let first = try #require(milliseconds("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: authentication failure"))
        let second = try #require(milliseconds("Jun 15 02:04:59 combo sshd(pam_unix)[20882]: authentication failure"))
        #expect(second - first == (10 * 3600 + 48 * 60 + 58) * 1000)
        #expect(milliseconds("Feb 29 00:00:00 host a[1]: b") != nil, "a leap year is taken")
    }

    @Test(
        "is not found where there is none",
        arguments: [
            "", "error: 12 of 13 failed", "at a.b.C(D.java:10)", "1.2.3.4 is unreachable", "2024-13-01 10:00:00 x",
            "2024-02-30 10:00:00 x", "2024-01-01 25:00:00 x", "10:15:16 only a clock", "version 2.10.1 of 2024",
        ]
    )
    func none(line: String) {
        #expect(milliseconds(line) == nil)
    }
}
