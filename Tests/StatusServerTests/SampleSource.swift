import Synchronization
import Telemetry

/// A source whose report a test can change.
final class SampleSource: StatusSource {
    private let report: Mutex<StatusReport>
    let registry = MetricsRegistry()
    let answer = Mutex(ReclusterAnswer.begun)
    let marks = Mutex<[ClusterFeedback]>([])

    init(_ report: StatusReport = StatusReport()) {
        self.report = Mutex(report)
    }

    func change(_ body: (inout StatusReport) -> Void) {
        report.withLock { body(&$0) }
    }

    func statusReport() -> StatusReport { report.withLock { $0 } }
    func clusters() -> [StatusReport.Cluster] { report.withLock { $0.clusters } }
    func recluster() async -> ReclusterAnswer { answer.withLock { $0 } }
    func mark(_ feedback: ClusterFeedback) async -> FeedbackAnswer {
        marks.withLock { marks in
            guard feedback.cluster < 100 else { return .unknownCluster("there is no cluster \(feedback.cluster)") }
            marks.append(feedback)
            return .noted
        }
    }
    func metricsExposition() -> String { registry.exposition() }
}
