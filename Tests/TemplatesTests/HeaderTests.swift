import Templates
import Testing

@Suite("What stands before the message")
struct HeaderTests {
    private func message(_ line: String) -> String {
        var line = line
        return line.withUTF8 { String(decoding: $0[LogRecord.message(of: $0)], as: UTF8.self) }
    }

    @Test(
        "Headers of many kinds are lifted out",
        arguments: [
            ("Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass; user unknown", "check pass; user unknown"),
            ("Jun 14 15:16:01 web-1 kernel: warning: all is well", "warning: all is well"),
            ("2015-10-18 18:01:47,978 INFO [main] org.apache.App: Created it", "Created it"),
            ("2015-07-29 17:41:44,747 - INFO  [Peer[myid=1]/0:0:0:2181:Fast@774] - Time out: 3200", "Time out: 3200"),
            ("[Sun Dec 04 04:47:44 2005] [notice] worker ok", "worker ok"),
            ("[Sun Dec 04 04:47:44 2005] [error] [client 1.2.3.4] denied", "[client 1.2.3.4] denied"),
            ("081109 203615 148 INFO dfs.DataNode$Receiver: Receiving block", "Receiving block"),
            (
                "api.log.1 2017-05-16 00:00:00.008 25746 INFO nova.wsgi.server [req-1 - -] [instance: 7] up",
                "[instance: 7] up"
            ),
            ("2024-03-01T10:00:00.123Z ERROR disk is full", "disk is full"),
            ("2024-03-01 10:00:00.123 UTC [77] alice@shop LOG:  role is gone", "role is gone"),
            ("2024-03-01 10:00:00.123 UTC [77] alice@shop ERROR:  role is gone", "role is gone"),
            ("2024-03-01 10:00:00.123 UTC [77] LOG:  role is gone", "role is gone"),
            (
                "- 1131566474 2005.11.09 tb-admin1 Nov 9 12:01:14 local@tb-admin1 crond(pam_unix)[11896]: check pass",
                "check pass"
            ),
            ("2024-03-01T10:00:00+01:00 node7 app[12]: ready", "ready"),
            ("2016-09-28 04:30:30, Info                  CBS    Loaded it", "CBS    Loaded it"),
            (
                "2015-07-29 17:41:44,747 - INFO  [Peer[myid=1]/0:0:2181:Peer@774] - FOLLOWING - ELECTION TOOK - 222",
                "FOLLOWING - ELECTION TOOK - 222"
            ),
            // logcat, and what Android's programs write for themselves
            ("03-17 16:13:38.811  1702  2395 D WindowManager: opening app", "opening app"),
            ("20171223-22:15:29:606|Step_LSC|30002312|onChanged 3579", "onChanged 3579"),
            // Proxifier
            ("[10.30 16:49:06] chrome.exe - a.example.org:5070 open", "chrome.exe - a.example.org:5070 open"),
            // Collections of whole clusters, with the time said twice
            ("- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond[2915]: session closed", "session closed"),
            (
                "- 1117838570 2005.06.03 R02-M1-C:J12 2005-06-03-15.42.50.67 R02-M1-C:J12 RAS KERNEL INFO cache error",
                "cache error"
            ),
            (
                "APPREAD 1117869872 2005.06.04 R23-M1 2005-06-04-00.24.32.43 R23-M1 RAS APP FATAL ciod: lost",
                "ciod: lost"
            ),
            // Collections that number their lines
            (
                "350766 node-109 unix.hw state_change.unavailable 1084680778 1 Component alt0 is unavailable",
                "Component alt0 is unavailable"
            ),
            ("2594414 node-239 node temperature 1074274436 1 ambient=30", "ambient=30"),
            ("281126 gige3 gige temperature 1120304472 1 warning", "warning"),
            // glog and klog, zap, containers
            ("I0301 10:00:00.123456       1 server.go:120] Started it", "Started it"),
            ("2024-03-01T10:00:00.000+0000\tINFO\tcontroller/main.go:33\tstarting manager", "starting manager"),
            ("2024-03-01T10:00:00.123456789Z stdout F connection closed", "connection closed"),
            // Spring, logback, Python's logging, loguru, Redis
            ("2024-03-01 10:00:00.123  INFO 1 --- [           main] o.s.b.Application   : Started", "Started"),
            ("10:15:30.123 [main] DEBUG com.example.App - started up", "started up"),
            ("2024-03-01 10:00:00,123 - shop.till - WARNING - disk is full", "disk is full"),
            ("2024-03-01 10:00:00.123 | INFO     | shop.till:open:12 - till is open", "till is open"),
            ("1:M 01 Jan 2024 10:00:00.000 * Ready to accept connections", "Ready to accept connections"),
            // gunicorn, Elasticsearch, Tomcat, structlog
            ("[2024-03-01 10:00:00 +0000] [12] [INFO] Booting worker", "Booting worker"),
            ("[2024-03-01T10:00:00,123][WARN ][o.e.c.Monitor] high watermark", "high watermark"),
            ("01-Mar-2024 10:00:00.123 INFO [main] org.apache.Catalina.start Server startup", "Server startup"),
            ("2024-03-01 10:00:00 [info     ] request finished", "request finished"),
            // syslog with its priority (RFC 3164, RFC 5424), the kernel's ring buffer
            ("<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "'su root' failed"),
            ("<165>1 2003-10-11T22:14:15.003Z host.example.com app 12 ID47 [x@1 a=\"b\"] it began", "it began"),
            ("<34>1 2003-10-11T22:14:15.003Z host su - - - it failed", "it failed"),
            ("[  123.456789] usb 1-1: new device", "usb 1-1: new device"),
        ]
    )
    func headersAreLifted(line: String, expected: String) {
        #expect(message(line) == expected)
    }

    @Test(
        "A message that only looks like one is left whole",
        arguments: [
            "error: Received disconnect from 10.0.0.1", "warning",
            "10.251.31.160:50010 Served block blk_1 to /10.0.0.1",
            "00000001@2016/9/27:20:30:31.455 Initialize called", "10722 total interrupts.", "May I come in",
            "connection from 10.0.0.1 () at Fri Jun 17 07:07:00 2005", "INFO", "[instance: 1] VM Started", "12:30:15",
            "1131566461 seconds passed", "5 nodes down since 1084680778", "17 nodes down at 1084680778 in all",
            "12 node-7 lost, 1084680778 1 left", "I0301 is the flight", "03-17 was the day", "<b>bold</b> text",
            "[1.5] is a number",
            "a|b|c", "stdout F is closed",
        ]
    )
    func messagesStayWhole(line: String) {
        #expect(message(line) == line)
    }

    @Test("The parts of a header are told")
    func partsAreTold() {
        var line = "Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass"
        line.withUTF8 { bytes in
            let header = LogHeader(of: bytes)
            #expect(header.host.map { String(decoding: bytes[$0], as: UTF8.self) } == "combo")
            #expect(header.process.map { String(decoding: bytes[$0], as: UTF8.self) } == "sshd")
        }
        line = "2024-03-01 10:00:00 WARN a.b.Loader: late"
        line.withUTF8 { bytes in
            let header = LogHeader(of: bytes)
            #expect(header.level.map { String(decoding: bytes[$0], as: UTF8.self) } == "WARN")
            #expect(header.process.map { String(decoding: bytes[$0], as: UTF8.self) } == "a.b.Loader")
        }
    }

    @Test("Of a record of several lines the first is mined")
    func firstLineIsMined() {
        #expect(message("2024-03-01 10:00:00 ERROR broken\n\tat a.b(C.java:1)\nCaused by: x") == "broken")
        #expect(message("plain\r\n") == "plain")
    }

    @Test("Frames of a stack and what is indented go on the record before")
    func continuationsAreKnown() {
        func goesOn(_ line: String) -> Bool {
            var line = line
            return line.withUTF8 { LogRecord.isContinuation($0) }
        }
        for line in [
            "\tat a.b.C(D.java:1)", "  File \"x.py\", line 3", "Caused by: java.io.Oops", "at a.b.C(D.java:1)",
            "... 3 more", "... 3 common frames omitted", "java.io.IOException: gone", "ValueError: x",
            "Traceback (most recent call last):",
        ] {
            #expect(goesOn(line), "\(line)")
        }
        for line in [
            "", "   ", "attached", "Causes are unknown", "Error: x", "an Error: x", "SomeErrors: 3", "... done.",
            "2024-03-01 10:00:00 INFO at work",
        ] {
            #expect(!goesOn(line), "\(line)")
        }
    }
}
