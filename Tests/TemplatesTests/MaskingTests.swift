import Templates
import Testing

@Suite("What in a line is a value")
struct MaskingTests {
    @Test(
        "Values look the same in everybody's logs",
        arguments: [
            ("took 15 ms", "took <*>"),
            ("took 0.48 seconds to stop", "took <*> to stop"),
            ("used 512MB of 64 GB", "used <*> of <*>"),
            ("estimated size 93.0 B, free", "estimated size <*>, free"),
            ("from 10.0.0.7:50010 to /10.0.0.8", "from <*> to <*>"),
            ("iar 003a90fc dear 00b360e8", "iar <*> dear <*>"),
            ("at 0x0b85eee0 mask 0x05", "at <*> mask <*>"),
            ("instance 0673dd71-34c5-4fbb-86c4-40623fbe45b4 gone", "instance <*> gone"),
            ("changed to 5c:50:15:4c:18:13 now", "changed to <*> now"),
            ("address fe80::1ff:fe23:4567:890a up", "address <*> up"),
            ("open /var/log/syslog failed", "open <*> failed"),
            ("core C:\\Windows\\cbscore.dll loaded", "core <*> loaded"),
            ("get https://example.org/a?b=c&d=1 done", "get <*> done"),
            ("mail for bob@example.org bounced", "mail for <*> bounced"),
            ("login of bob@web is refused", "login of <*> is refused"),
            ("{\"ts\":1700.5,\"id\":7}", "{\"ts\":<*>,\"id\":<*>}"),
            ("\"GET /a HTTP/1.1\" 200 17 \"/b\" \"agent\"", "\"GET <*> HTTP/1.1\" <*> \"<*>\" \"agent\""),
            ("reverse lookup of ns.example.com failed", "reverse lookup of <*> failed"),
            ("closed at Fri Jun 17 07:07:00 2005", "closed at <*>"),
            ("since 2017-05-16 05:00:00 UTC idle", "since <*> idle"),
            ("lifetime <1 sec", "lifetime <*>"),
            ("from [fe80::1%eth0]:443 and [2001:db8::7]", "from <*> and <*>"),
            ("sent 1165 bytes (1.13 KB), got 815 bytes", "sent <*>, got <*>"),
            ("jA9MJ3h0014121: to=root", "<*>: to=root"),
            ("temperature -3 or +4", "temperature <*> or <*>"),
            ("generating core.2275", "generating core.<*>"),
            ("size of scratchpad.........17", "size of scratchpad.........<*>"),
            (
                #"seen "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/120.0" again"#,
                #"seen "<*>" again"#
            ),
            (#"answer "HTTP/1.1 200 OK" of web"#, #"answer "HTTP/1.1 <*> OK" of web"#),
            (#"read 17 bytes, referer "-" given"#, #"read <*>, referer "<*>" given"#),
            (#"err="no \"volume\" at \\\"/a/b\\\" now""#, #"err="no \"volume\" at \\\"<*>\\\" now""#),
            ("nginx.service: Deactivated, session-12.scope left", "<*>: Deactivated, <*> left"),
            ("用户17登录成功,来自10.0.0.1", "用户<*>登录成功,来自<*>"),
        ]
    )
    func valuesAreMasked(line: String, template: String) {
        #expect(Mining.template(line) == template)
    }

    @Test(
        "Words stay as they are",
        arguments: [
            "workerEnv.init() ok", "force load/store alignment", "Input/output error", "class java.util.LinkedQueue",
            "may I go to sun street", "Couldn't authenticate", "mod_jk child init", "re-synch state event(s)",
            "android.intent.action.SCREEN_ON", "Slf4jLogger started", "listening over ssh2 and HTTP/1.1", "warning",
            "été à Zürich",
        ]
    )
    func wordsStay(line: String) {
        #expect(Mining.template(line) == line)
    }

    @Test("What happened is told apart in scripts without spaces")
    func scriptsWithoutSpacesAreWords() {
        var mining = Mining()
        let ids = ["用户17登录成功", "用户18登录失败", "用户19登录成功", "用户20登录失败"].map { mining.learn($0) }
        #expect(ids == [1, 2, 1, 2])
    }

    @Test("A name with digits keeps its ends once the digits were seen to differ")
    func namesKeepTheirEnds() {
        var mining = Mining()
        mining.learn("link of eth0 is up")
        #expect(mining.book.templates[0].text == "link of eth0 is up")
        mining.learn("link of eth1 is up")
        #expect(mining.book.templates.map(\.text) == ["link of eth<*> is up"])
        #expect(mining.learned("link of eth12 is up").parameters == ["12"])
        #expect(mining.learned("domain root14_local is full").template == "domain root14_local is full")
        #expect(mining.learned("domain root9_local is full").template == "domain root<*>_local is full")
    }

    @Test("Lists of any length are one value")
    func listsHaveNoLength() {
        var mining = Mining()
        let one = mining.learn("ask 10.0.0.1:50010 to delete blk_1")
        let many = mining.learn("ask 10.0.0.1:50010 to delete blk_-12 blk_77 blk_345 blk_9")
        #expect(one == many)
        let pair = mining.learn("nodes node-1 0x01 <ok> of 4")
        let more = mining.learn("nodes node-1 0x01 <ok> node-2 0xfe <ok> node-3 0x0 <ok> of 9")
        #expect(pair == more)
        let hosts = mining.learned("from 10.0.0.1, 10.0.0.2,10.0.0.3 came nothing")
        #expect(hosts.template == "from <*> came nothing")
        #expect(hosts.parameters == ["10.0.0.1, 10.0.0.2,10.0.0.3"])
    }

    @Test("A mark among numbers keeps the list apart from a list of numbers")
    func marksInListsCount() {
        var mining = Mining()
        let whole = mining.learn("Fan speeds ( 3552 3534 3375 4245 3515 3479 )")
        #expect(mining.learn("Fan speeds ( 3552 3534 3375 **** 3515 3479 )") != whole)
        #expect(mining.learn("Fan speeds ( 1 2 3 4 5 6 )") == whole)
    }

    @Test("An absent value in brackets is a value")
    func emptyBracketsAreAValue() {
        var mining = Mining()
        let named = mining.learn("connection from 24.54.76.216 (a.b.example.net) at noon")
        #expect(mining.learn("connection from 222.33.90.199 () at noon") == named)
        #expect(Mining.template("jk2_init() Found child 6725") == "jk2_init() Found child <*>")
    }

    @Test("Parameters are what the template leaves out, in order")
    func parametersFillTheTemplate() {
        var mining = Mining()
        let line = "Failed password for bob from 10.0.0.1 port 42 ssh2"
        mining.learn("Failed password for eve from 10.0.0.9 port 4 ssh2")
        let learned = mining.learned(line)
        #expect(learned.template == "Failed password for <*> from <*> port <*> ssh2")
        #expect(learned.parameters == ["bob", "10.0.0.1", "42"])
        let block = mining.learned("Received block blk_-3587508140051953248 of size 67108864 from /10.251.42.84")
        #expect(block.template == "Received block blk_<*> of size <*> from <*>")
        #expect(block.parameters == ["-3587508140051953248", "67108864", "/10.251.42.84"])
    }

    @Test(
        "Nothing is too odd to be learned",
        arguments: ["", " ", "\t\t", "\"", "''", "((((", "=", "::", "...", "-", "\u{0}"]
    )
    func anythingGoes(line: String) {
        var mining = Mining()
        let id = mining.learn(line)
        #expect(mining.learn(line) == id)
    }

    @Test("Bytes that are no text and lines without end are learned too")
    func rawBytesAreLearned() {
        var book = TemplateBook()
        var scanner = LineScanner()
        let noise = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ $0 / 7) }
        let long = Array(repeating: Array("a1 b, ".utf8), count: 40_000).flatMap { $0 }
        for bytes in [noise, long, Array(long.reversed())] {
            let ids = (0..<2).map { _ in bytes.withUnsafeBufferPointer { book.learn($0, with: &scanner) } }
            #expect(ids[0] == ids[1])
        }
    }
}
