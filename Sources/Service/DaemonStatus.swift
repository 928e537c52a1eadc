import Clustering
import Embedding
import Kernels
import Pipeline
import RemoteEmbedding
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
        report.server = server
        report.ready = state == .running && report.server?.answers ?? true
        report.reasons = reasons(state, report.server)
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

    /// All clusters, the heaviest first.
    public func clusters() -> [StatusReport.Cluster] {
        pipeline.board.current.model.map { Self.clusters(of: $0, most: .max) } ?? []
    }

    /// Begins a reclustering now.
    public func recluster() async -> ReclusterAnswer { await pipeline.recluster() }

    /// Notes what an operator says of a cluster.
    public func mark(_ feedback: ClusterFeedback) async -> FeedbackAnswer {
        let standing: Standing? =
            switch feedback.verdict {
            case .normal: .normal
            case .anomalous: .anomalous
            case .none: nil
            }
        do {
            try await pipeline.mark(cluster: feedback.cluster, as: standing)
            return .noted
        } catch let error as ClusteringError {
            return .unknownCluster("\(error)")
        } catch {
            return .failed("\(error)")
        }
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
    private var cache: CacheStatistics? { ((space.deep ?? space) as? any RememberingSpace)?.statistics }

    /// How the embedding server stands; nil where there is none.
    private var server: StatusReport.Server? {
        guard let standing = (space as? RemoteSpace)?.standing else { return nil }
        return StatusReport.Server(
            url: standing.url,
            answers: standing.problem == nil,
            problem: standing.problem,
            requests: standing.requests,
            retries: standing.retries,
            refused: standing.refused,
            meanMs: standing.meanSeconds.map { $0 * 1000 }
        )
    }

    private func reasons(_ state: PipelineState, _ server: StatusReport.Server?) -> [String] {
        var reasons = state == .running ? [] : [Self.reason(state)]
        if let server, !server.answers {
            reasons.append("the embedding server \(server.url) does not answer: \(server.problem ?? "")")
        }
        return reasons
    }

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
        report.clusters = Self.clusters(of: model, most: Self.shownClusters)
        report.incidents = Self.incidents(of: model)
    }

    private static func incidents(of model: Model) -> [StatusReport.Incident] {
        model.openIncidents.sorted { $0.last.record > $1.last.record }.map { incident in
            StatusReport.Incident(
                cluster: incident.cluster,
                label: incident.label,
                reason: incident.reason.rawValue,
                count: incident.count,
                first: incident.first.timestamp,
                last: incident.last.timestamp,
                examples: incident.examples.compactMap(\.text)
            )
        }
    }

    private static func clusters(of model: Model, most: Int) -> [StatusReport.Cluster] {
        let weights = model.weights
        let total = max(model.totalWeight, .leastNormalMagnitude)
        let heaviest = weights.indices.sorted { weights[$0] > weights[$1] }.prefix(most)
        return heaviest.map { row in
            let cluster = model.clusters[row]
            return StatusReport.Cluster(
                id: cluster.id,
                label: cluster.label,
                weight: weights[row],
                share: weights[row] / total,
                radius: cluster.meanDistance,
                lastSeen: cluster.lastTimestamp,
                representatives: cluster.representatives.map(\.text),
                standing: cluster.standing?.rawValue
            )
        }
    }
}
