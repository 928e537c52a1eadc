import Embedding
import Foundation
import Kernels
import RemoteEmbedding
import Telemetry
import TestSupport
import Testing

@Suite("An embedding server", .timeLimit(.minutes(20)))
struct RemoteTests {
    private typealias Fixture = RemoteFixture

    @Test("gives every text its own vector, in both protocols and in any order", arguments: RemoteOptions.API.allCases)
    func vectors(api: RemoteOptions.API) async throws {
        let server = EmbeddingServer(api == .openAI ? [.reversed, .vectors] : [])
        try await server.run { url in
            let fixture = Fixture(url, api: api) {
                $0.model = "small"
                $0.key = "secret"
                $0.batch = 16
            }
            let answer = try await fixture.embed(Fixture.texts)
            #expect(Fixture.agree(answer.vectors, Fixture.expected(Fixture.texts)))
            #expect(answer.refusals.isEmpty)
            let asked = server.requests
            #expect(asked.map(\.inputs.count) == [16, 16, 16, 2])
            #expect(asked.allSatisfy { $0.authorization == "Bearer secret" })
            #expect(asked.allSatisfy { $0.path == (api == .openAI ? "/v1/embeddings" : "/embed") })
            if api == .openAI { #expect(asked.allSatisfy { $0.body.contains(#""model":"small""#) }) }
        }
    }

    @Test("tells its protocol and the most that it takes at a time where nobody else does")
    func discovery() async throws {
        let inference = EmbeddingServer(info: #"{"model_id":"m","max_client_batch_size":4}"#)
        try await inference.run { url in
            let answer = try await Fixture(url, api: nil).embed(Fixture.texts)
            #expect(Fixture.agree(answer.vectors, Fixture.expected(Fixture.texts)))
            #expect(inference.requests.allSatisfy { $0.path == "/embed" && $0.inputs.count <= 32 })
            #expect(inference.requests.dropFirst().allSatisfy { $0.inputs.count <= 4 })
        }
        let other = EmbeddingServer()
        try await other.run { url in
            _ = try await Fixture(url, api: nil).embed(["a"])
            _ = try await Fixture(url + "/v1/", api: nil).embed(["a"])
            _ = try await Fixture(url + "/embed", api: nil).embed(["a"])
            #expect(other.requests.map(\.path) == ["/v1/embeddings", "/v1/embeddings", "/embed"])
        }
    }

    @Test("says its dimension, and is held to it without being asked twice")
    func dimension() async throws {
        try await EmbeddingServer().run { url in
            let space = try await Fixture(url) { $0.dimension = nil }.space()
            #expect(space.dimension == EmbeddingServer.dimension)
        }
        let changed = EmbeddingServer([.vectors], rule: { _ in .longer })
        try await changed.run { url in
            let fixture = Fixture(url) { $0.dimension = nil }
            let space = try await fixture.space()
            let text = try await misconfiguration { try await fixture.embed(["a"], in: space) }
            #expect(text.contains("9 numbers") && text.contains("they had 8"))
            #expect(changed.requests.count == 2)
        }
    }

    @Test("of another dimension than the configured one is found out by one question, in use or before")
    func otherDimension() async throws {
        let server = EmbeddingServer(rule: { _ in .longer })
        try await server.run { url in
            let fixture = Fixture(url)
            let space = try await fixture.space()
            for work: @Sendable () throws -> Void in [
                { try space.prepare() }, { _ = try space.makeLane().embedEach([.text("a")]) },
            ] {
                let before = server.requests.count
                let text = try await misconfiguration { try await fixture.blocking(work) }
                #expect(text.contains("9 numbers") && text.contains("`space.dimension` is 8"))
                #expect(server.requests.count == before + 1)
            }
        }
    }

    private func misconfiguration(_ work: () async throws -> some Any) async throws -> String {
        do {
            _ = try await work()
        } catch EmbeddingInterruption.misconfigured(let text) {
            return text
        }
        Issue.record("nothing was thrown")
        return ""
    }

    @Test("is waited for before its dimension is known, until it is there or the wait is ended")
    func preparation() async throws {
        let url = try await EmbeddingServer().run { $0 }
        let port = try #require(URL(string: url)?.port)
        let fixture = Fixture(url) {
            $0.waits = true
            $0.dimension = nil
        }
        let space = try RemoteSpace(fixture.options, sink: fixture.sink)
        #expect(space.dimension == 0)
        let work = Task { try await fixture.blocking { try space.prepare() } }
        while space.standing.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
        try await EmbeddingServer().run(port: port) { _ in try await work.value }
        #expect(space.dimension == EmbeddingServer.dimension && space.standing.problem == nil)

        let other = try RemoteSpace(fixture.options, sink: fixture.sink)
        let waiting = Task { try await fixture.blocking { try other.prepare() } }
        while other.standing.problem == nil { try await Task.sleep(for: .milliseconds(5)) }
        other.stopWaiting()
        await #expect(throws: EmbeddingInterruption.self) { try await waiting.value }
    }

    @Test("that hangs keeps nobody from stopping")
    func stopsDuringAHang() async throws {
        try await EmbeddingServer(rule: { _ in .hang(.seconds(900)) }).run { url in
            let fixture = Fixture(url) {
                $0.dimension = nil
                $0.timeout = .seconds(900)
            }
            let space = try RemoteSpace(fixture.options, sink: fixture.sink)
            let start = ContinuousClock.now
            let work = Task { try await fixture.blocking { try space.prepare() } }
            try await Task.sleep(for: .milliseconds(300))
            space.stopWaiting()
            await #expect(throws: EmbeddingInterruption.self) { try await work.value }
            #expect(ContinuousClock.now - start < .seconds(600))
        }
    }

    @Test("is sent a prefix and the masked text where that is wanted, and the space says so")
    func prefixAndMask() async throws {
        let server = EmbeddingServer()
        try await server.run { url in
            let fixture = Fixture(url) {
                $0.prefix = "query: "
                $0.masks = true
                $0.cacheBytes = 1 << 20
            }
            let space = try await fixture.space()
            _ = try await fixture.embed(["took 15 ms", "took 7 ms"], in: space)
            #expect(server.requests.map(\.inputs) == [["query: took 0 ms"]])
            let plain = try await Fixture(url).space()
            #expect(space.identity != plain.identity)
            #expect(space.identity.hasSuffix(":prefix=query: :masked"))
        }
    }

    @Test("is asked no more than so many things at a time")
    func concurrency() async throws {
        let server = EmbeddingServer(rule: { _ in .slow(.milliseconds(20)) })
        try await server.run { url in
            let fixture = Fixture(url) { $0.concurrency = 2 }
            let space = try await fixture.space()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 { group.addTask { _ = try await fixture.embed(["\(number)"], in: space) } }
                try await group.waitForAll()
            }
            #expect(server.requests.count == 6)
            #expect(server.mostAtOnce == 2)
        }
    }

    @Test("is not asked twice for what is remembered")
    func cache() async throws {
        let server = EmbeddingServer()
        try await server.run { url in
            let fixture = Fixture(url) { $0.cacheBytes = 1 << 20 }
            let space = try await fixture.space()
            _ = try await fixture.embed(["a", "b", "a"], in: space)
            let again = try await fixture.embed(["b", "a"], in: space)
            #expect(Fixture.agree(again.vectors, Fixture.expected(["b", "a"])))
            #expect(server.requests.map(\.inputs) == [["a", "b"]])
        }
    }

    @Test("has an address", arguments: ["localhost:8080", "ftp://a", "http://", ""])
    func address(url: String) {
        #expect(throws: EmbeddingInterruption.self) { try RemoteSpace(RemoteOptions(url: url)) }
    }
}
