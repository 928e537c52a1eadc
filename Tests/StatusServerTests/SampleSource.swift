import Synchronization
import Telemetry

/// A source whose report a test can change.
final class SampleSource: StatusSource {
    private let report: Mutex<StatusReport>
    let registry = MetricsRegistry()
    let answer = Mutex(ReclusterAnswer.begun)

    init(_ report: StatusReport = StatusReport()) {
        self.report = Mutex(report)
    }

    func change(_ body: (inout StatusReport) -> Void) {
        report.withLock { body(&$0) }
    }

    func statusReport() -> StatusReport { report.withLock { $0 } }
    func clusters() -> [StatusReport.Cluster] { report.withLock { $0.clusters } }
    func recluster() async -> ReclusterAnswer { answer.withLock { $0 } }
    func metricsExposition() -> String { registry.exposition() }
}
