import Clustering
import Embedding
import Kernels
import Pipeline
import Settings
import Streams
public import Telemetry
import Templates

/// What a running daemon says of itself.
public struct DaemonStatus: StatusSource {
    private static let shownClusters = 200

    let application: String
    let pipeline: Pipeline
    let space: any Space
    let sink: EventSink
    let started: Int64

    /// The whole report.
    public func statusReport() -> StatusReport {
        let progress = pipeline.board.current
        let state = pipeline.state
        var report = StatusReport()
        report.application = application
        report.version = Version.current
        report.state = state.rawValue
        report.started = started
        report.uptime = Double(Timestamp.now() - started) / 1000
        report.alive = state != .failed
        report.ready = state == .running
        report.reasons = report.ready ? [] : [Self.reason(state)]
        report.recordsPerSecond = progress.recordsPerSecond
        report.bytesPerSecond = progress.bytesPerSecond
        report.records = progress.records
        report.transactions = progress.transactions
        report.entities = progress.entities
        report.cache = cache.map { .init(lookups: $0.lookups, hits: $0.hits, bytes: $0.bytes) }
        report.partitions = partitions(progress)
        if let model = progress.model { fill(&report, from: model) }
        report.anomalies = progress.anomalies.reversed()
        report.events = sink.recent.latest()
        let memory = pipeline.memory
        report.memory.inFlightBytes = memory.inFlight
        report.memory.ceilingBytes = memory.ceiling
        report.memory.residentBytes = ProcessMetrics.residentBytes() ?? 0
        return report
    }

    /// Prometheus text.
    public func metricsExposition() -> String {
        ProcessMetrics.refresh(in: sink.metrics)
        if let cache {
            sink.metrics.set(.cacheLookups, to: Double(cache.lookups))
            sink.metrics.set(.cacheHits, to: Double(cache.hits))
            sink.metrics.set(.cacheBytes, to: Double(cache.bytes))
        }
        return sink.metrics.exposition()
    }

    /// What the space's cache has done; nil where it has none.
    private var cache: CacheStatistics? { ((space.deep ?? space) as? CachedTextSpace)?.statistics }

    private static func reason(_ state: PipelineState) -> String {
        switch state {
        case .created, .starting: "the model is being read back and the producer made ready"
        case .waiting: "no partitions are assigned yet"
        case .running: ""
        case .draining: "stopping: what is in flight is being finished"
        case .stopped: "stopped"
        case .failed: "failed; see the log"
        }
    }

    private func partitions(_ progress: ProgressBoard.Progress) -> [StatusReport.Partition] {
        let ends = pipeline.endOffsets
        return pipeline.assignment.map { partition in
            StatusReport.Partition(
                topic: partition.topic,
                partition: partition.partition,
                position: progress.positions[partition] ?? 0,
                end: ends[partition]
            )
        }
    }

    private func fill(_ report: inout StatusReport, from model: Model) {
        report.model.version = Int(model.version)
        report.model.clusters = model.clusters.count
        report.model.records = Int(model.records)
        report.model.space = model.space
        report.model.mapResidual = model.deep?.map?.residual
        report.model.dimension = model.dimension
        report.model.metric = model.metric.rawValue
        report.model.threshold = model.threshold.value
        report.model.templates = model.templates?.templates.count
        let weights = model.weights
        let total = max(model.totalWeight, .leastNormalMagnitude)
        let heaviest = weights.indices.sorted { weights[$0] > weights[$1] }.prefix(Self.shownClusters)
        report.clusters = heaviest.map { row in
            let cluster = model.clusters[row]
            return StatusReport.Cluster(
                id: cluster.id,
                label: cluster.label,
                weight: weights[row],
                share: weights[row] / total,
                radius: cluster.meanDistance,
                lastSeen: cluster.lastTimestamp,
                representatives: cluster.representatives.map(\.text)
            )
        }
    }
}
