import Logging

/// A model came into use.
public struct ModelAdopted: TelemetryEvent {
    /// Its version.
    public var version: Int
    /// Its clusters.
    public var clusters: Int
    /// Records it has learnt from.
    public var records: Int
    /// Where it came from: `empty`, `kafka`, `snapshot`, `online` or `recluster`.
    public var origin: String

    /// Memberwise.
    public init(version: Int, clusters: Int, records: Int, origin: String) {
        self.version = version
        self.clusters = clusters
        self.records = records
        self.origin = origin
    }

    /// Info, debug for the steady online updates; sets the model gauges.
    public func emit(to sink: EventSink) {
        sink.logger.log(
            level: origin == "online" ? .debug : .info,
            "model in use",
            metadata: [
                "version": .stringConvertible(version), "clusters": .stringConvertible(clusters),
                "records": .stringConvertible(records), "origin": "\(origin)",
            ]
        )
        sink.metrics.set(.modelVersion, to: Double(version))
        sink.metrics.set(.modelClusters, to: Double(clusters))
        sink.metrics.set(.modelRecords, to: Double(records))
    }
}

/// A cluster was born, split, merged or retired.
public struct ClusterChanged: TelemetryEvent {
    /// What happened.
    public enum Change: String, Sendable {
        /// A new cluster.
        case born
        /// One became several.
        case split
        /// Several became one.
        case merged
        /// It is gone.
        case retired
    }

    /// What happened.
    public var change: Change
    /// The cluster.
    public var cluster: Int
    /// The clusters that it came from or went into.
    public var related: [Int]
    /// Its label; may be empty.
    public var label: String

    /// Memberwise.
    public init(change: Change, cluster: Int, related: [Int] = [], label: String = "") {
        self.change = change
        self.cluster = cluster
        self.related = related
        self.label = label
    }

    /// Info; counts by change.
    public func emit(to sink: EventSink) {
        let others = related.map(String.init).joined(separator: ",")
        sink.logger.info(
            "cluster \(change.rawValue)",
            metadata: ["cluster": .stringConvertible(cluster), "related": "\(others)", "label": "\(label)"]
        )
        sink.metrics.increment(.clusterChanges, ["change": change.rawValue])
        let relation = related.isEmpty ? "" : " (\(others))"
        sink.recent.add("cluster", "\(cluster) \(change.rawValue)\(relation)\(label.isEmpty ? "" : ": \(label)")")
    }
}

/// A reclustering ended.
public struct ReclusterFinished: TelemetryEvent {
    /// How it ended.
    public enum Verdict: String, Sendable {
        /// The candidate is in use.
        case adopted
        /// The candidate was worse than what is in use.
        case refused
        /// There was too little to cluster.
        case skipped
        /// It failed.
        case failed
    }

    /// How it ended.
    public var verdict: Verdict
    /// Why, for a person.
    public var reason: String
    /// The algorithm.
    public var algorithm: String
    /// Clusters of the candidate.
    public var clusters: Int
    /// Records it was computed from.
    public var sample: Int
    /// How long it took, seconds.
    public var seconds: Double

    /// Memberwise.
    public init(
        verdict: Verdict,
        reason: String,
        algorithm: String,
        clusters: Int,
        sample: Int,
        seconds: Double
    ) {
        self.verdict = verdict
        self.reason = reason
        self.algorithm = algorithm
        self.clusters = clusters
        self.sample = sample
        self.seconds = seconds
    }

    /// Info, a warning where it failed; counts by verdict and measures.
    public func emit(to sink: EventSink) {
        sink.logger.log(
            level: verdict == .failed ? .warning : .info,
            "recluster \(verdict.rawValue)",
            metadata: [
                "reason": "\(reason)", "algorithm": "\(algorithm)", "clusters": .stringConvertible(clusters),
                "sample": .stringConvertible(sample),
                "seconds": .stringConvertible(seconds),
            ]
        )
        sink.metrics.increment(.reclusterVerdicts, ["verdict": verdict.rawValue])
        sink.metrics.observe(.reclusterDuration, seconds)
        sink.recent.add("recluster", "\(verdict.rawValue) (\(algorithm), \(clusters) clusters): \(reason)")
    }
}

/// A candidate was judged; figures of the clusters that are in use from then on, on records held out of the fit.
public struct ReclusterJudged: TelemetryEvent {
    /// The mean silhouette, from -1 to 1.
    public var silhouette: Double?
    /// The Davies-Bouldin index.
    public var daviesBouldin: Double?
    /// The Calinski-Harabasz index.
    public var calinskiHarabasz: Double?
    /// The sum of squared distances to the centroids.
    public var inertia: Double?
    /// The share of records that are flagged.
    public var anomalyRate: Double?
    /// The share of sampled records that kept, or would have kept, their cluster id.
    public var retention: Double?
    /// The share of the deep vectors' variance that the map between the tiers leaves unexplained.
    public var mapResidual: Double?

    /// Nothing known yet.
    public init() {}

    /// Metrics only; a figure that is not known leaves its gauge as it was.
    public func emit(to sink: EventSink) {
        let figures: [(MetricName, Double?)] = [
            (.reclusterSilhouette, silhouette), (.reclusterDaviesBouldin, daviesBouldin),
            (.reclusterCalinskiHarabasz, calinskiHarabasz), (.reclusterInertia, inertia),
            (.reclusterAnomalyRate, anomalyRate), (.reclusterRetention, retention),
            (.mapResidual, mapResidual),
        ]
        for case (let name, let value?) in figures { sink.metrics.set(name, to: value) }
    }
}

/// The anomaly threshold moved.
public struct ThresholdMoved: TelemetryEvent {
    /// The score above which a record is anomalous.
    public var threshold: Double

    /// Memberwise.
    public init(threshold: Double) {
        self.threshold = threshold
    }

    /// Metric only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.anomalyThreshold, to: threshold)
    }
}
