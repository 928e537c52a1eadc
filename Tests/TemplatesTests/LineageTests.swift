import Templates
import Testing

@Suite("How templates change")
struct LineageTests {
    private func word(_ index: Int) -> String {
        var (index, word) = (index, "")
        repeat {
            word += ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu"][index % 10]
            index /= 10
        } while index > 0
        return word + "x"
    }

    @Test("Templates that differ in one rare word alone become one, and the eldest lives on")
    func rareSiblingsMerge() {
        var mining = Mining()
        mining.learn("something else entirely here")
        let ids = (0..<20).map { mining.learn("the city of \(word($0)) was reached") }
        let eldest = ids[0]
        #expect(ids.last == eldest)
        #expect(mining.book.template(eldest)?.text == "the city of <*> was reached")
        #expect(mining.book.templates.map(\.lines).reduce(0, +) == 21)
        let merged = mining.book.takeEvents().filter { $0.kind == .merged }
        #expect(merged.map(\.template) == [eldest])
        #expect(Set(ids).subtracting([eldest]).isSubset(of: merged[0].related))
        #expect(mining.learned("the city of \(word(500)) was reached").parameters == [word(500)])
        #expect(Set(ids.map(mining.book.living)) == [eldest], "ids given before are followed")
        #expect(mining.book.living(999) == 999)
    }

    @Test("Lines that begin alike and end in free text become one template")
    func freeTextMerges() {
        var mining = Mining()
        mining.learn("review of item 3: shipped")
        func review(_ index: Int) -> String {
            "review of item \(index): " + (0...(2 + index % 9)).map { word(7 * index + 31 * $0) }.joined(separator: " ")
        }
        for _ in 0..<9 { mining.learn("review of item 4: still waiting for somebody") }
        let ids = (0..<200).map { mining.learn(review($0)) }
        #expect(Set(ids.suffix(120)).count == 1)
        #expect(mining.learned(review(999)).template == "review of item <*>: <*>")
        #expect(mining.learned("review of item 8: it is good, isn't it").parameters == ["8", "it is good, isn't it"])
        // What came often stays what it was.
        #expect(mining.learned("review of item 5: still waiting for somebody").template.hasSuffix("for somebody"))
        #expect(mining.book.templates.count < 10)
        let merged = mining.book.takeEvents().filter { $0.kind == .merged }
        #expect(merged.last?.template == ids.last)
    }

    @Test("Free text begins where words are ever new: kinds of line that begin alike stay apart")
    func kindsThatBeginAlikeStayApart() {
        var mining = Mining()
        let kinds = ["A user was removed by", "An order was sent away by", "The disk was found broken by"]
        let ids = (0..<120).map { mining.learn("System Error 17 \(kinds[$0 % 3]) \(word($0)) and \(word(200 + $0))") }
        let last = mining.learn("System Error 17 The fuse blew")
        #expect(Set(ids.suffix(3)).count == 3)
        #expect(!ids.contains(last), "something new is not swallowed")
    }

    @Test("A template that was widened meets those that it now differs from in one word alone")
    func widenedTemplatesMerge() {
        var mining = Mining()
        for (index, name) in ["red", "blue", "green", "black", "white"].enumerated() {
            mining.learn("probe of pod=\"a/web-x1\" in box=\"\(name)\" has failed \(index)")
            mining.learn("probe of pod=\"b/cart-\(word(index))\" in box=\"\(name)\" has failed \(index)")
        }
        #expect(mining.book.templates.map(\.text) == ["probe of pod=\"<*>\" in box=\"<*>\" has failed <*>"])
    }

    @Test("Several names with digits in one place are names, whatever they begin with")
    func namesWithDigitsMerge() {
        var mining = Mining()
        for name in ["eth0", "wlan1", "veth7a", "docker0", "bond3"] { mining.learn("the link of \(name) went down") }
        #expect(mining.book.templates.map(\.text) == ["the link of <*> went down"])
    }

    @Test("A handful of words that come back are kinds of line, and stay apart")
    func frequentSiblingsStay() {
        var mining = Mining()
        let states = ["new", "running", "paused", "stopped", "failed", "lost", "dying", "dead", "reborn"]
        for round in 0..<30 { for state in states { mining.learn("machine entered the \(state) state \(round)") } }
        #expect(mining.book.templates.count == states.count)
    }

    @Test("A place that only ever had a few words is closed again")
    func wideTemplatesSplit() {
        var options = TemplateOptions()
        options.splitLines = 64
        var mining = Mining(options)
        let colours = ["red", "green", "blue", "grey", "red"]
        func line(_ index: Int) -> String { "the lamp shows colour=\(colours[index % 5]) for 5 s" }
        let before = (0..<63).map { mining.learn(line($0)) }
        #expect(Set(before) == [1], "the second value of a field opens it")
        for index in 63..<80 { mining.learn(line(index)) }
        let split = mining.book.takeEvents().filter { $0.kind == .split }
        #expect(split.map(\.template) == [1])
        let after = (0..<4).map { mining.learn(line($0)) }
        #expect(after[0] == 1 && Set(after).count == 4)
        #expect(Set(split[0].related) == Set(after.dropFirst()))
        #expect(mining.book.templates.map(\.lines).reduce(0, +) == 84)
        // It is not opened again by the same rule.
        #expect(!after.contains(mining.learn("the lamp shows colour=pink for 7 s")))
        #expect(after[1] == mining.learn("the lamp shows colour=green for 7 s"))
    }

    @Test("Names are no kinds of line: their place stays open")
    func identitiesDoNotSplit() {
        var options = TemplateOptions()
        options.splitLines = 32
        var mining = Mining(options)
        let ids = (0..<100).map { mining.learn("login ok; user=\(["root", "guest"][$0 % 2]) from 10.0.0.1") }
        #expect(Set(ids).count == 1)
    }

    @Test("There is a ceiling: those seen least lately are retired, their ids are not used again")
    func thereIsACeiling() {
        var options = TemplateOptions()
        options.maximum = 64
        var mining = Mining(options)
        var highest = 0
        for index in 0..<1000 {
            let id = mining.learn("\(word(index)) \(word(index + 3)) \(word(7 * index + 1)) ended")
            #expect(id > highest)
            highest = id
            #expect(
                mining.learn("steady work goes on") == mining.book.match("steady work goes on", with: &mining.scanner)
            )
            #expect(mining.book.templates.count <= 64)
        }
        let retired = mining.book.takeEvents().filter { $0.kind == .retired }.map(\.template)
        #expect(Set(retired).count == retired.count)
        #expect(retired.count > 900)
        let steady = mining.book.match("steady work goes on", with: &mining.scanner)
        #expect(steady.map { mining.book.template($0)?.lines } == 1000)
    }

    @Test("Every id ever given is alive or its end was told", arguments: [1, 2, 3])
    func lineageIsWhole(seed: UInt64) {
        var options = TemplateOptions()
        (options.maximum, options.splitLines) = (48, 40)
        var mining = Mining(options)
        var state = seed
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var (alive, given) = (Set<Int>(), Set<Int>())
        for _ in 0..<3000 {
            let line = [
                "disk \(word(next(3))) of user=\(word(next(4))) is full", "the \(word(next(60))) has come to town",
                "mode=\(word(next(2))) after \(next(99)) s", "\(word(next(90))) \(word(next(90))) was seen",
            ][next(4)]
            given.insert(mining.learn(line))
        }
        for event in mining.book.takeEvents() {
            switch event.kind {
            case .born: #expect(alive.insert(event.template).inserted)
            case .split: for id in event.related { #expect(alive.insert(id).inserted) }
            case .merged: for id in event.related { #expect(alive.remove(id) != nil) }
            case .retired: #expect(alive.remove(event.template) != nil)
            }
        }
        #expect(alive == Set(mining.book.templates.map(\.id)))
        #expect(given.allSatisfy { $0 < mining.book.nextID })
    }
}
