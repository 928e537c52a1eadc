import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import TestSupport
import Testing

@testable import Service

/// The real binary beside a real embedding server.
@Suite("Commands and the daemon with an embedding server", .serialized, .timeLimit(.minutes(10)))
struct EmbeddingServerTests {
    /// Commands block; the server in this process must not wait for them.
    private func run(_ arguments: [String], input: Data = Data()) async throws -> DaemonProcess.Result {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue(label: "test.command").async {
                continuation.resume(with: Result { try DaemonProcess.run(arguments, input: input) })
            }
        }
    }

    private func checkFile(_ space: String, in scratch: Scratch) throws -> String {
        let path = scratch.folder.appending(path: "check.yaml").path
        try "application: a\nkafka: {bootstrap_servers: h:1}\ninput: {topics: [t]}\nspace: {kind: remote, \(space)}\n"
            .write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    @Test func checkAsksTheServer() async throws {
        let scratch = try Scratch()
        let url = try await EmbeddingServer().run { url in
            let file = try checkFile("url: '\(url)'", in: scratch)
            let result = try await run(["check", "--config", file])
            #expect(result.code == 0, "\(result.errors)")
            let text = String(decoding: result.output, as: UTF8.self)
            #expect(text.contains("8 dimensions") && text.contains("\(url)/v1/embeddings answers in"), "\(text)")
            return url
        }
        // Away: said, but no fault of the configuration.
        let away = try await run(["check", "--config", try checkFile("url: '\(url)'", in: scratch)])
        #expect(away.code == 0, "\(away.errors)")
        #expect(String(decoding: away.output, as: UTF8.self).contains("NO ANSWER"))
    }

    @Test func checkTellsWhatTheServerWouldRefuse() async throws {
        let scratch = try Scratch()
        try await EmbeddingServer().run { url in
            let file = try checkFile("url: '\(url)', dimension: 384", in: scratch)
            let result = try await run(["check", "--config", file])
            #expect(result.code == 78)
            #expect(
                result.errors.contains("8 numbers") && result.errors.contains("`space.dimension` is 384"),
                "\(result.errors)"
            )
        }
        try await EmbeddingServer(rule: { _ in .status(401, message: "bad key") }).run { url in
            let result = try await run(["check", "--config", try checkFile("url: '\(url)'", in: scratch)])
            #expect(result.code == 77 && result.errors.contains("bad key"), "\(result.errors)")
        }
        let nowhere = try await run(["pipe", "--space", "remote"], input: Data("a\n".utf8))
        #expect(nowhere.code == 78 && nowhere.errors.contains("space.url"), "\(nowhere.errors)")
    }

    @Test func embedAndPipeAnswerEveryLineInOrderThroughAServerThatFails() async throws {
        let count = Mutex(0)
        let server = EmbeddingServer(rule: { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return switch number % 7 {
            case 2: .status(500)
            case 4: .half
            case 6: .status(429, retryAfter: "0")
            default: .vectors
            }
        })
        let lines = (0..<600).map { "request \($0) of \(String(UnicodeScalar(UInt8(97 + $0 % 5))))" }
        let input = Data(lines.map { $0 + "\n" }.joined().utf8)
        try await server.run { url in
            let embedded = try await run(["embed", "--url", url, "--format", "f32"], input: input)
            #expect(embedded.code == 0, "\(embedded.errors)")
            #expect(embedded.output.count == lines.count * EmbeddingServer.dimension * 4)
            let last = embedded.output.suffix(EmbeddingServer.dimension * 4).withUnsafeBytes {
                Array($0.bindMemory(to: Float.self))
            }
            let expected = EmbeddingServer.vector(of: lines[599])
            let norm = expected.reduce(0) { $0 + $1 * $1 }.squareRoot()
            #expect(zip(last, expected).allSatisfy { abs($0 - $1 / norm) < 1e-5 })

            let piped = try await run(["pipe", "--url", url + "/embed"], input: input)
            #expect(piped.code == 0, "\(piped.errors)")
            let offsets = try piped.output.split(separator: UInt8(ascii: "\n")).map { line -> Int? in
                let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
                return (object?["source"] as? [String: Any])?["offset"] as? Int
            }
            #expect(offsets == Array(0..<600))
        }
        // Commands that are no daemon give up; the code says why.
        let away = try await run(["embed", "--url", "http://127.0.0.1:1"], input: input)
        #expect(away.code == 69 && away.errors.contains("127.0.0.1:1"), "\(away.errors)")
    }

    private func start(_ kafka: KafkaUnderTest, _ space: String, _ scratch: Scratch) throws -> DaemonProcess {
        let path = try kafka.configuration(in: scratch.folder)
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacingOccurrences(of: "space: {kind: text, dimension: 64}", with: "space: {kind: remote, \(space)}")
            .replacingOccurrences(of: "http: {listen: off}", with: "http: {listen: '127.0.0.1:0'}")
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return try DaemonProcess(["run", "--config", path], scratch: scratch.folder)
    }

    /// Status and body of a page of the daemon's; nil while it does not listen.
    private func page(_ path: String, of daemon: DaemonProcess) async -> (status: Int, body: String)? {
        guard let address = daemon.address,
            let response = try? await HTTPClient.shared.execute(
                HTTPClientRequest(url: "http://\(address)\(path)"),
                timeout: .seconds(5)
            ),
            let body = try? await response.body.collect(upTo: 1 << 20)
        else { return nil }
        return (Int(response.status.code), String(buffer: body))
    }

    private func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
        for _ in 0..<600 {
            if try await condition() { return true }
            try await Task.sleep(for: .milliseconds(100))
        }
        return false
    }

    @Test func withoutAServerTheDaemonIsAliveNotReadyAndStopsInOrder() async throws {
        let (kafka, scratch) = (try KafkaUnderTest(), try Scratch())
        let daemon = try start(kafka, "url: 'http://127.0.0.1:1', retries: 1", scratch)
        #expect(
            try await eventually {
                let ready = await page("/readyz", of: daemon)
                return ready?.status == 503 && ready?.body.contains("http://127.0.0.1:1") == true
            },
            "\(daemon.errors)"
        )
        #expect(await page("/livez", of: daemon)?.status == 200)
        daemon.signal(SIGTERM)
        #expect(try await daemon.code(within: 10) == 0, "\(daemon.errors)")
        #expect(!daemon.errors.contains("level=error"), "\(daemon.errors)")
    }

    @Test func theDaemonOutlastsItsServerAndLosesNothing() async throws {
        let (kafka, scratch) = (try KafkaUnderTest(), try Scratch())
        let lines = (0..<400).map { Array("line \($0)".utf8) }
        try kafka.produce(Array(lines[..<200]))
        let (port, daemon) = try await EmbeddingServer().run { url -> (Int, DaemonProcess) in
            let daemon = try start(kafka, "url: '\(url)', retries: 1, timeout: 2s", scratch)
            #expect(try await kafka.waitForOutput(200), "\(daemon.errors)")
            #expect(await page("/readyz", of: daemon)?.status == 200)
            return (try #require(URL(string: url)?.port), daemon)
        }
        try kafka.produce(Array(lines[200...]))
        #expect(try await eventually { await page("/readyz", of: daemon)?.status == 503 }, "\(daemon.errors)")
        #expect(await page("/livez", of: daemon)?.status == 200)
        try await EmbeddingServer().run(port: port) { (_: String) async throws -> Void in
            #expect(try await kafka.waitForOutput(400), "\(daemon.errors)")
            #expect(try await eventually { await page("/readyz", of: daemon)?.status == 200 })
        }
        // Texts that are remembered would need no server.
        try kafka.produce((400..<440).map { Array("line \($0)".utf8) })
        #expect(try await eventually { await page("/readyz", of: daemon)?.status == 503 }, "\(daemon.errors)")
        daemon.signal(SIGTERM)
        #expect(try await daemon.code(within: 40) == 0, "\(daemon.errors)")
        #expect(!daemon.errors.contains("level=error"), "\(daemon.errors)")
        let sources = try kafka.outputSources()
        #expect(sources.values.reduce(0) { $0 + $1.count } == 400)
        #expect(sources.values.allSatisfy { Set($0).count == $0.count })
    }

    @Test func anotherDimensionEndsTheDaemonAtOnce() async throws {
        let (kafka, scratch) = (try KafkaUnderTest(), try Scratch())
        let server = EmbeddingServer()
        try await server.run { url in
            let daemon = try start(kafka, "url: '\(url)', dimension: 384", scratch)
            #expect(try await daemon.code(within: 20) == 78, "\(daemon.errors)")
            #expect(
                daemon.errors.contains("8 numbers") && daemon.errors.contains("`space.dimension` is 384"),
                "\(daemon.errors)"
            )
            #expect(server.requests.count == 1)
        }
    }
}
