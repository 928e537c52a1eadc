import Embedding
import Foundation
import Kernels
import RemoteEmbedding
import Telemetry
import TestSupport
import Testing

@Suite("An embedding server that fails", .timeLimit(.minutes(20)))
struct RemoteFaultTests {
    private typealias Fixture = RemoteFixture

    @Test(
        "is asked again after what passes, and no vector is ever made of half an answer",
        arguments: [
            [EmbeddingServer.Reply.status(429)], [.status(500), .status(503)], [.status(408)], [.half], [.indexTwice],
            [.text("<html>")], [.text("")], [.hang(.seconds(900))], [.ragged],
            [.status(429), .half, .status(502)],
        ]
    )
    func retries(script: [EmbeddingServer.Reply]) async throws {
        let server = EmbeddingServer(script)
        try await server.run { url in
            // Far above what an answer takes on a busy machine, but for the one that has no answer.
            let hangs = script.contains { if case .hang = $0 { true } else { false } }
            let fixture = Fixture(url) { $0.timeout = hangs ? .seconds(2) : .seconds(600) }
            let space = try await fixture.space()
            let answer = try await fixture.embed(["one", "two", "three"], in: space)
            #expect(Fixture.agree(answer.vectors, Fixture.expected(["one", "two", "three"])))
            let failures = script.count { if case .vectors = $0 { false } else { true } }
            #expect(space.standing.retries == failures)
            #expect(space.standing.requests == failures + 1)
            #expect(space.standing.problem == nil)
            #expect(fixture.sink.metrics.exposition().contains("centroidd_remote_requests_total{outcome=\"ok\"} 1\n"))
        }
    }

    @Test("is left alone for as long as it asks", arguments: [true, false])
    func retryAfter(isDate: Bool) async throws {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let start = Date()
        // A date has whole seconds: the second from now is at least one second away.
        let header = isDate ? format.string(from: start.addingTimeInterval(2)) : "1"
        try await EmbeddingServer([.status(429, retryAfter: header)]).run { url in
            _ = try await Fixture(url).embed(["a"])
            #expect(Date().timeIntervalSince(start) >= 1)
        }
    }

    @Test(
        "that refuses us is not asked again, and the error says where, what and why",
        arguments: [401, 403, 404, 405, 301]
    )
    func refusesUs(status: Int) async throws {
        let server = EmbeddingServer(rule: { _ in .status(status, message: "bad key") })
        try await server.run { url in
            let error = await #expect(throws: EmbeddingInterruption.self) { try await Fixture(url).embed(["a", "b"]) }
            let text = error?.description ?? ""
            #expect(text.contains(url) && text.contains("\(status)") && text.contains("bad key"))
            if case .unauthorised? = error { #expect(status == 401 || status == 403) } else { #expect(status != 401) }
            #expect(server.requests.count == 1)
        }
    }

    @Test("may refuse single texts: they are found, and the others have their vectors", arguments: [413, 422, 400])
    func refusesTexts(status: Int) async throws {
        let server = EmbeddingServer(rule: { inputs in
            inputs.contains { $0.contains("bad") } ? .status(status, message: "too long") : .vectors
        })
        try await server.run { url in
            var texts = Fixture.texts
            texts[7] = "bad one"
            texts[30] = "bad two"
            let fixture = Fixture(url)
            let space = try await fixture.space()
            let answer = try await fixture.embed(texts, in: space)
            #expect(answer.refusals.keys.sorted() == [7, 30])
            #expect(answer.refusals[7]?.code == .refusedByServer)
            #expect(answer.refusals[7]?.message.contains("too long") == true)
            var expected = Fixture.expected(texts)
            let size = EmbeddingServer.dimension
            for row in [7, 30] {
                for column in 0..<size { expected.storage[row * size + column] = 0 }
            }
            #expect(Fixture.agree(answer.vectors, expected))
            #expect(space.standing.refused == 2)
        }
    }

    @Test("that takes fewer texts at a time is found out, and then sent fewer")
    func smallerBatches() async throws {
        let server = EmbeddingServer(rule: { $0.count > 5 ? .status(413, message: "batch size") : .vectors })
        try await server.run { url in
            let fixture = Fixture(url)
            let space = try await fixture.space()
            let answer = try await fixture.embed(Fixture.texts, in: space)
            #expect(Fixture.agree(answer.vectors, Fixture.expected(Fixture.texts)))
            let before = server.requests.count
            _ = try await fixture.embed(Fixture.texts, in: space)
            #expect(server.requests.dropFirst(before).allSatisfy { $0.inputs.count <= 5 })
        }
    }

    @Test("that refuses everything is at odds with us and not with the records", arguments: [400, 422])
    func refusesEverything(status: Int) async throws {
        try await EmbeddingServer(rule: { _ in .status(status, message: "no such model") }).run { url in
            let error = await #expect(throws: EmbeddingInterruption.self) { try await Fixture(url).embed(["a", "b"]) }
            guard case .misconfigured(let text)? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(text.contains("no such model"))
        }
    }

    @Test("that cannot be understood about one text alone loses that text alone")
    func garbles() async throws {
        let server = EmbeddingServer(rule: { $0.contains("odd") ? .half : $0.contains("flat") ? .zero : .vectors })
        try await server.run { url in
            let answer = try await Fixture(url).embed(["a", "b", "odd", "c"])
            #expect(answer.refusals.keys.sorted() == [2])
            #expect(try await Fixture(url).embed(["flat"]).refusals[0]?.code == .notFinite)
        }
        await #expect(throws: EmbeddingInterruption.self) {
            try await EmbeddingServer(rule: { _ in .half }).run { try await Fixture($0).embed(["a", "b"]) }
        }
    }

    @Test(
        "that is unreadable by chance loses nothing",
        arguments: [
            // As often as it is asked: but then it answers another input, and the same one.
            Array(repeating: EmbeddingServer.Reply.half, count: 4),
            Array(repeating: .half, count: 4) + [.vectors, .status(500), .half, .half],
            // A busy server between them says that it is not the input.
            [.half, .status(429), .half],
        ]
    )
    func unreadableByChance(script: [EmbeddingServer.Reply]) async throws {
        try await EmbeddingServer(script).run { url in
            let answer = try await Fixture(url).embed(["a"])
            #expect(answer.refusals.isEmpty)
            #expect(Fixture.agree(answer.vectors, Fixture.expected(["a"])))
        }
    }

    @Test("that is away is given up by commands, and said")
    func away() async throws {
        let url = try await EmbeddingServer().run { $0 }
        let fixture = Fixture(url) { $0.timeout = .seconds(2) }
        let space = try await fixture.space()
        let error = await #expect(throws: EmbeddingInterruption.self) { try await fixture.embed(["a"], in: space) }
        guard case .unreachable? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(space.standing.problem != nil)
        #expect(space.standing.retries == fixture.options.retries)
        #expect(fixture.sink.metrics.exposition().contains("centroidd_remote_up 0\n"))
    }

    @Test("that is away is waited for by the daemon, until it is back or the wait is ended")
    func comesBack() async throws {
        let url = try await EmbeddingServer().run { $0 }
        let port = try #require(URL(string: url)?.port)
        let fixture = Fixture(url) { $0.waits = true }
        let space = try await fixture.space()
        let answer = Task { try await fixture.embed(["a", "b"], in: space) }
        while space.standing.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
        let vectors = try await EmbeddingServer().run(port: port) { _ in try await answer.value.vectors }
        #expect(Fixture.agree(vectors, Fixture.expected(["a", "b"])))
        #expect(space.standing.problem == nil)
        #expect(fixture.sink.recent.latest().contains { $0.text.contains("answers again") })

        let second = Task { try await fixture.embed(["c"], in: space) }
        while space.standing.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
        space.stopWaiting()
        await #expect(throws: EmbeddingInterruption.self) { try await second.value }
    }
}
