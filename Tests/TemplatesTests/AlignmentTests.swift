import Templates
import Testing

@Suite("Which lines are of one kind")
struct AlignmentTests {
    @Test(
        "A word that stands where values stand gives way",
        arguments: [
            ("session opened for user cyrus by root", "session opened for user news by root"),
            ("login refused; user=root tty=ssh", "login refused; user=eve tty=ssh"),
            ("checking 'hlt' in the cpu", "checking 'x86-64' in the cpu"),
            ("chdir(/home/a) failed: no such", "chdir(pwd) failed: no such"),
            ("Accepted password for bob from 10.0.0.1 on ssh2", "Accepted password for eve from 10.0.0.2 on ssh2"),
            ("Account gone. Account Name: alice, Logon 7", "Account gone. Account Name: bob, Logon 7"),
            ("job was begun queue=mails by hand", "job was begun queue=orders by hand"),
            (
                "10.0.0.1 - - [07/Mar/2026:08:15:00 +0000] \"GET /a HTTP/1.1\" 200",
                "10.0.0.2 - eve [07/Mar/2026:08:15:01 +0000] \"GET /b HTTP/1.1\" 200"
            ),
            ("progress = NULL of phase two", "progress = 17 of phase two"),
            ("package Package_for_KB312~31bf38 read out", "package Platform-Update-7~31bf38 read out"),
            ("unqualified host name (web) is unknown", "unqualified host name (db) is unknown"),
            ("getKey = 0|com.example.shop|17|null of it", "getKey = 0|com.example.till|17|null of it"),
            ("blocked for callingPackage = com.example.shop now", "blocked for callingPackage = com.example.till now"),
            ("jAQX21: mail is from root now", "jARZ34: mail is from root now"),
            ("network is up via interface alt0", "network is up via interface ee0"),
            ("domain cluster_root_backup is no longer served", "domain root14_local is no longer served"),
        ]
    )
    func valuesGiveWay(first: String, second: String) {
        var mining = Mining()
        #expect(mining.learn(first) == mining.learn(second), "\(mining.book.templates.map(\.text))")
    }

    @Test(
        "A word that says what happened does not",
        arguments: [
            ("VM Started (Lifecycle Event)", "VM Stopped (Lifecycle Event)"),
            ("cupsd startup succeeded", "cupsd shutdown succeeded"),
            ("session initialized by client UpdateAgent.", "session initialized by client SPP."),
            ("map file /a/b: Bad file descriptor", "map file /a/b: Block device required"),
            ("onReceive action=android.intent.SCREEN_ON now", "onReceive action=android.intent.SCREEN_OFF now"),
            ("level=info msg=started", "level=info msg=stopped"),
            ("request done; status=ok code=1", "request done; status=failed code=1"),
            ("the user was added today", "the user is gone today"),
            ("order 17 was paid", "order never was paid"),
            ("Link ok", "Link error"), ("window is up; visible=true", "window is up; visible=false"),
        ]
    )
    func speechStaysApart(first: String, second: String) {
        var mining = Mining()
        #expect(mining.learn(first) != mining.learn(second), "\(mining.book.templates.map(\.text))")
    }

    @Test("A name known from a field is a name elsewhere")
    func namesAreRemembered() {
        var mining = Mining()
        mining.learn("failure; rhost=10.0.0.1 user=root")
        mining.learn("failure; rhost=10.0.0.1 user=uucp")
        let root = mining.learn("Mail to root of 10.0.0.1 port 22 is late")
        #expect(mining.learn("Mail to uucp of 10.0.0.2 port 23 is late") == root)
        #expect(mining.learn("Mail to nobody of 10.0.0.2 port 23 is late") == root)
        var ignorant = Mining()
        let first = ignorant.learn("Mail to root of 10.0.0.1 port 22 is late")
        #expect(ignorant.learn("Mail to uucp of 10.0.0.2 port 23 is late") != first)
    }

    @Test("A word that comes back within another value is a value")
    func echoesAreValues() {
        var mining = Mining()
        let first = mining.learn("Loading hive: SOFTWARE, from '/Windows/config/SOFTWARE' now")
        #expect(mining.learn("Loading hive: SECURITY, from '/Windows/config/SECURITY' now") == first)
        #expect(mining.learn("Loading hive: fast, from '/Windows/config/SYSTEM' now") == first)
    }

    @Test("Ids come in order of birth, are found again, and never change for the same lines")
    func idsAreSteady() {
        let lines = (0..<400).map { "service \(["alpha", "beta", "gamma"][$0 % 3]) answered in \($0) ms" }
        var (one, two) = (Mining(), Mining())
        let ids = lines.map { one.learn($0) }
        #expect(lines.map { two.learn($0) } == ids)
        #expect(Array(ids.prefix(3)) == [1, 2, 3])
        #expect(Set(ids).count == 3)
        #expect(one.book == two.book)
        let known = lines.map { one.book.match($0, with: &one.scanner) }
        #expect(known == ids.map(Optional.some))
        #expect(one.book.match("nobody ever said this", with: &one.scanner) == nil)
    }
}
