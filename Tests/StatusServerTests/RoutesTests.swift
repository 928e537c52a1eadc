import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Telemetry
import Testing

@testable import StatusServer

@Suite struct RoutesTests {
    private let source = SampleSource()

    /// Asks the router for one path.
    private func get(_ path: String, method: HTTPRequest.Method = .get) async throws -> TestResponse {
        let application = Application(router: Routes(source: source).router())
        return try await application.test(.router) { try await $0.execute(uri: path, method: method) }
    }

    private func object(_ response: TestResponse) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(response.body.readableBytesView)) as? [String: Any])
    }

    @Test func readinessIs503WithItsReasonsUntilItIs200() async throws {
        source.change {
            $0.state = "joining"
            $0.reasons = ["no partition assigned", "model not loaded"]
        }
        let before = try await get("/readyz")
        #expect(before.status == .serviceUnavailable)
        #expect(try object(before)["reasons"] as? [String] == ["no partition assigned", "model not loaded"])
        source.change {
            $0.state = "running"
            $0.ready = true
            $0.reasons = []
        }
        let after = try await get("/readyz")
        #expect(after.status == .ok)
        #expect(try object(after)["state"] as? String == "running")
    }

    @Test func livenessDoesNotWaitForReadiness() async throws {
        #expect(try await get("/livez").status == .ok)
        source.change { $0.alive = false }
        #expect(try await get("/livez").status == .serviceUnavailable)
    }

    @Test func metricsAreTheExposition() async throws {
        source.registry.increment(.recordsConsumed, by: 12)
        let response = try await get("/metrics")
        #expect(response.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(String(buffer: response.body).contains("\ncentroidd_records_consumed_total 12\n"))
    }

    @Test func statusIsTheReport() async throws {
        source.change {
            $0.application = "checkout"
            $0.clusters = [.init(id: 3, label: "</script><b>", weight: 5, share: 1, radius: .nan)]
        }
        let response = try await get("/status")
        #expect(response.headers[.contentType] == "application/json")
        let report = try StatusReport(json: Data(response.body.readableBytesView))
        #expect(report.application == "checkout")
        #expect(report.clusters.first?.label == "</script><b>")
    }

    @Test func versionIsSaid() async throws {
        source.change { $0.version = "1.2.3" }
        #expect(try object(try await get("/version"))["version"] as? String == "1.2.3")
    }

    @Test func otherPathsAre404AndNameWhatThereIs() async throws {
        for path in ["/nothing", "/status/x", "/../etc/passwd"] {
            let response = try await get(path)
            #expect(response.status == .notFound)
            #expect(String(buffer: response.body).contains("/readyz"))
        }
    }

    @Test func healthCheckersMayUseHead() async throws {
        let response = try await get("/livez", method: .head)
        #expect(response.status == .ok)
        #expect(response.body.readableBytes == 0)
    }

    @Test(arguments: ["/", "/livez", "/readyz", "/metrics", "/version", "/status", "/nothing"])
    func everyAnswerForbidsCachesAndGuesses(path: String) async throws {
        let headers = try await get(path).headers
        #expect(headers[.cacheControl] == "no-store")
        #expect(headers[.xContentTypeOptions] == "nosniff")
        #expect(headers[.contentType] != nil)
    }
}

@Suite struct PageTests {
    private func page() async throws -> (html: String, policy: String) {
        let application = Application(router: Routes(source: SampleSource()).router())
        let response = try await application.test(.router) { try await $0.execute(uri: "/", method: .get) }
        return (String(buffer: response.body), try #require(response.headers[.contentSecurityPolicy]))
    }

    @Test func nothingIsLoadedFromElsewhere() async throws {
        let (html, policy) = try await page()
        #expect(policy.hasPrefix("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
        let addresses = html.matches(of: /https?:\/\/[^'" )]+/).map { String($0.output) }
        #expect(addresses == ["http://www.w3.org/2000/svg"], "the name space of the icon alone")
        #expect(!html.contains("@import") && !html.contains("<script src"))
    }

    @Test func scriptAndStyleRunByANonceThatIsNeverReused() async throws {
        let (first, second) = (try await page(), try await page())
        let nonce = try #require(first.policy.firstMatch(of: /script-src 'nonce-([A-Za-z0-9+\/=]+)'/)?.1)
        #expect(nonce.count == 24)
        #expect(first.html.contains("<script nonce=\"\(nonce)\">") && first.html.contains("<style nonce=\"\(nonce)\">"))
        #expect(!second.policy.contains(nonce))
        // Inline handlers and style attributes would be refused by the policy, so there must be none.
        #expect(first.html.matches(of: /\son[a-z]+=|\sstyle=/).isEmpty)
    }

    @Test func theScriptWritesTextAndNeverMarkup() {
        for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
            #expect(!Page.script.contains(sink))
        }
        #expect(!Page.script.contains("</"))
    }

    @Test func everyElementThatTheScriptNamesIsThere() {
        let ids = Page.script.matches(of: /(?:byId|say|fill)\("([a-z-]+)"/).map { String($0.1) }
        #expect(ids.count > 15)
        for id in Set(ids) { #expect(Page.body.contains("id=\"\(id)\""), "\(id)") }
    }

    @Test func theScriptReadsOnlyWhatTheReportHas() throws {
        var report = StatusReport()
        report.partitions = [.init(topic: "t", partition: 0, position: 0, end: 1)]
        report.clusters = [.init(id: 1, label: "", weight: 1, share: 1, radius: 1, lastSeen: 1)]
        report.anomalies = [
            .init(
                time: 1,
                cluster: 1,
                label: "",
                text: "",
                score: 1,
                tail: 1,
                reason: "far",
                topic: "t",
                partition: 0,
                offset: 0
            )
        ]
        report.events = [.init(time: 1, kind: "", text: "")]
        report.entities = .init()
        report.cache = .init(lookups: 1, hits: 1, bytes: 1)
        report.server = .init(url: "u", answers: false, problem: "p", requests: 1, retries: 1, refused: 1, meanMs: 1)
        let json = String(decoding: try report.json(), as: UTF8.self)
        let names = Page.script.matches(
            of: /(?:report|records|memory|model|cluster|anomaly|event|partition|server)\.([a-z_]+)/
        )
        #expect(names.count > 30)
        let foreign: Set = ["representatives", "length", "slice", "map", "filter", "reduce", "join"]
        for name in Set(names.map { String($0.1) }).subtracting(foreign) {
            #expect(json.contains("\"\(name)\":"), "\(name)")
        }
    }
}
