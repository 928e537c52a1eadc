import Synchronization
import Telemetry

/// A source whose report a test can change.
final class SampleSource: StatusSource {
    private let report: Mutex<StatusReport>
    let registry = MetricsRegistry()

    init(_ report: StatusReport = StatusReport()) {
        self.report = Mutex(report)
    }

    func change(_ body: (inout StatusReport) -> Void) {
        report.withLock { body(&$0) }
    }

    func statusReport() -> StatusReport { report.withLock { $0 } }
    func metricsExposition() -> String { registry.exposition() }
}
