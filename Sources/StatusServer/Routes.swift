import Foundation
import HTTPTypes
import Hummingbird
import Telemetry

/// What is served under which path.
struct Routes: Sendable {
    let source: any StatusSource

    /// Health checkers may ask with HEAD.
    func router() -> Router<BasicRequestContext> {
        let router = Router(options: [.autoGenerateHeadEndpoints])
        router.addMiddleware { MetricsMiddleware() }
        router.addMiddleware { NotFound { response(.notFound, "text/plain; charset=utf-8", Self.directions) } }
        router.get("/") { _, _ in page() }
        router.get("/livez") { _, _ in livez() }
        router.get("/readyz") { _, _ in readyz() }
        router.get("/metrics") { _, _ in metrics() }
        router.get("/version") { _, _ in version() }
        router.get("/status") { _, _ in status() }
        router.get("/clusters") { _, _ in clusters() }
        router.post("/recluster") { request, _ in await recluster(request) }
        router.post("/feedback") { request, _ in await feedback(request) }
        return router
    }

    private static let directions =
        "no such page; there are: / /livez /readyz /metrics /version /status /clusters, and POST /recluster /feedback\n"

    /// Answers what no route answers.
    private struct NotFound: RouterMiddleware {
        let answer: @Sendable () -> Response

        func handle(
            _ request: Request,
            context: BasicRequestContext,
            next: (Request, BasicRequestContext) async throws -> Response
        ) async throws -> Response {
            do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound
            {
                return answer()
            }
        }
    }

    /// 200 while the daemon's loops turn.
    private func livez() -> Response {
        let report = source.statusReport()
        return json(report.alive ? .ok : .serviceUnavailable, Health(state: report.state, reasons: []))
    }

    /// 200 while the daemon does its work, else 503 with what it waits for.
    private func readyz() -> Response {
        let report = source.statusReport()
        return json(report.ready ? .ok : .serviceUnavailable, Health(state: report.state, reasons: report.reasons))
    }

    private func version() -> Response {
        let report = source.statusReport()
        return json(.ok, Version(application: report.application, version: report.version))
    }

    private func metrics() -> Response {
        response(.ok, Exposition.contentType, source.metricsExposition())
    }

    private func status() -> Response {
        guard let body = try? source.statusReport().json() else { return Response(status: .internalServerError) }
        return response(.ok, "application/json", String(decoding: body, as: UTF8.self))
    }

    private func clusters() -> Response {
        guard let body = try? StatusJSON.encode(source.clusters()) else {
            return Response(status: .internalServerError)
        }
        return response(.ok, "application/json", String(decoding: body, as: UTF8.self))
    }

    /// 202 where it has begun, 409 where one is under way, 503 where the daemon does not run.
    private func recluster(_ request: Request) async -> Response {
        if let refusal = refusal(of: request) { return refusal }
        return switch await source.recluster() {
        case .begun: json(.accepted, Said(detail: "a reclustering has begun"))
        case .underWay: json(.conflict, Said(detail: "a reclustering is under way already"))
        case .notRunning:
            json(
                .serviceUnavailable,
                Said(detail: "the daemon is \(source.statusReport().state): nothing to recluster")
            )
        }
    }

    /// 200 where it is noted, 400 for a body that is none, 404 without such a cluster, 503 where it cannot be noted.
    private func feedback(_ request: Request) async -> Response {
        if let refusal = refusal(of: request) { return refusal }
        let verdicts = ClusterFeedback.Verdict.allCases.map(\.rawValue).joined(separator: ", ")
        guard let body = try? await request.body.collect(upTo: 4096),
            let feedback = try? JSONDecoder().decode(ClusterFeedback.self, from: Data(body.readableBytesView))
        else {
            let example = #"{"cluster":17,"verdict":"normal"}"#
            return json(.badRequest, Said(detail: "expected \(example) with a verdict of \(verdicts)"))
        }
        return switch await source.mark(feedback) {
        case .noted: json(.ok, Said(detail: "cluster \(feedback.cluster): \(feedback.verdict.rawValue)"))
        case .unknownCluster(let text): json(.notFound, Said(detail: text))
        case .failed(let text): json(.serviceUnavailable, Said(detail: text))
        }
    }

    /// Any page in a browser on this machine can post here: those of other sites are turned away.
    private func refusal(of request: Request) -> Response? {
        guard let origin = request.headers[.origin], origin != "http://\(request.head.authority ?? "")" else {
            return nil
        }
        return json(.forbidden, Said(detail: "asked by a page of another site (\(origin))"))
    }

    private func page() -> Response {
        let nonce = Page.nonce()
        var response = response(.ok, "text/html; charset=utf-8", Page.html(nonce: nonce))
        response.headers[.contentSecurityPolicy] = Page.securityPolicy(nonce: nonce)
        return response
    }

    private struct Health: Encodable {
        var state: String
        var reasons: [String]
    }

    private struct Said: Encodable {
        var detail: String
    }

    private struct Version: Encodable {
        var application: String
        var version: String
    }

    private func json(_ status: HTTPResponse.Status, _ value: some Encodable) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(value) else { return Response(status: .internalServerError) }
        return response(status, "application/json", String(decoding: body, as: UTF8.self) + "\n")
    }

    /// Nothing here may be kept by a cache, guessed to be of another type, or framed by another site.
    private func response(_ status: HTTPResponse.Status, _ type: String, _ body: String) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = type
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        for (name, value) in [("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY")] {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: body)))
    }
}
