/// How a metric behaves and is described.
public struct MetricDefinition: Sendable {
    /// The Prometheus type.
    public enum Kind: Sendable, Equatable {
        /// Only grows.
        case counter
        /// Goes up and down.
        case gauge
        /// Counts of observations at most each upper bound (ascending, without the last, infinite one).
        case histogram(bounds: [Double])

        /// The word of the `# TYPE` line.
        public var keyword: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    /// The Prometheus type.
    public var kind: Kind
    /// One sentence for the `# HELP` line.
    public var help: String
    /// The label names that every series of this metric carries; empty for a metric with a single series.
    public var labels: [String]

    init(_ kind: Kind, _ help: String, labels: [String] = []) {
        self.kind = kind
        self.help = help
        self.labels = labels
    }

    /// Seconds from 1 ms to 30 s.
    static let shortDurations: [Double] = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
    ]
    /// Seconds from 10 ms to 10 min.
    static let longDurations: [Double] = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600]
    /// Records from 1 to 8,192.
    static let batchSizes: [Double] = [1, 4, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]
}

extension MetricName {
    /// The metric's type, help text and labels.
    public var definition: MetricDefinition {
        switch self {
        case .recordsConsumed: .init(.counter, "Records read from the input.")
        case .bytesConsumed: .init(.counter, "Bytes of keys and values read from the input.")
        case .recordsAssigned: .init(.counter, "Records given a cluster and published.")
        case .recordsAnomalies: .init(.counter, "Records found anomalous.", labels: ["reason"])
        case .recordsDeadLettered: .init(.counter, "Records sent to the dead-letter topic.", labels: ["reason"])
        case .recordsSkipped: .init(.counter, "Unusable records that were passed over.", labels: ["reason"])
        case .recordLatency: .init(shortHistogram, "From reading a batch to publishing its assignments.")
        case .transactionCommits: .init(.counter, "Transactions committed.")
        case .transactionAborts: .init(.counter, "Transactions aborted.", labels: ["reason"])
        case .commitDuration: .init(shortHistogram, "How long a commit takes.")
        case .consumerLag:
            .init(.gauge, "Records between the committed position and the end.", labels: ["partition", "topic"])
        case .assignedPartitions: .init(.gauge, "Partitions that this instance owns.")
        case .rebalances: .init(.counter, "Changes of the assignment.", labels: ["change"])
        case .embeddingTokens: .init(.counter, "Tokens embedded.")
        case .embeddingDeep: .init(.counter, "Records that the deep one of two tiers has embedded.")
        case .embeddingBatchRecords: .init(batchHistogram, "Records in an embedding batch.")
        case .embeddingDuration: .init(shortHistogram, "How long an embedding batch takes.")
        case .cacheLookups: .init(.counter, "Texts looked up in the cache of vectors.")
        case .cacheHits: .init(.counter, "Texts whose vector was in the cache.")
        case .cacheBytes: .init(.gauge, "Bytes that the cache of vectors holds.")
        case .remoteRequests, .remoteRetries, .remoteDuration, .remoteUp: remoteDefinition
        case .assignmentBatchRecords: .init(batchHistogram, "Records in an assignment batch.")
        case .assignmentDuration: .init(shortHistogram, "How long an assignment batch takes.")
        case .inFlightBytes: .init(.gauge, "Bytes of records read and not yet committed.")
        case .inFlightCeiling: .init(.gauge, "The configured ceiling of bytes in flight.")
        case .inputPauses: .init(.counter, "Times that reading was paused because a stage was full.")
        default: operationalDefinition
        }
    }

    private var operationalDefinition: MetricDefinition {
        switch self {
        case .modelVersion: .init(.gauge, "The version of the model in use.")
        case .modelClusters: .init(.gauge, "Clusters in the model.")
        case .modelRecords: .init(.gauge, "Records that the model has learnt from.")
        case .anomalyThreshold: .init(.gauge, "The score above which a record is anomalous.")
        case .alarmRate: .init(.gauge, "Share of recent records that raised an alarm.")
        case .alarmRateAsked: .init(.gauge, "Share of normal records that may raise an alarm, as configured.")
        case .modelDiagnosis:
            .init(.gauge, "1 while the model finds this wrong with itself or its stream.", labels: ["finding"])
        case .clusterChanges: .init(.counter, "Clusters born, split, merged or retired.", labels: ["change"])
        case .incidents: .init(.counter, "Incidents opened, grown tenfold or closed.", labels: ["state"])
        case .reclusterDuration:
            .init(.histogram(bounds: MetricDefinition.longDurations), "How long a reclustering takes.")
        case .reclusterVerdicts: .init(.counter, "What became of reclusterings.", labels: ["verdict"])
        case .templates: .init(.gauge, "Templates of lines of logs in the model.")
        case .templateChanges: .init(.counter, "Templates born, merged, split or retired.", labels: ["change"])
        case .entities: .init(.gauge, "Entities whose state this instance keeps.")
        case .entitiesEvicted: .init(.counter, "Entities that had to make room for others.")
        case .entityChanges: .init(.counter, "Times that an entity came to a cluster or went to another.")
        case .sessions, .sessionsClosed, .sessionEventsLate, .sessionEventsWithoutKey: sessionDefinition
        case .reclusterSilhouette, .reclusterDaviesBouldin, .reclusterCalinskiHarabasz, .reclusterInertia,
            .reclusterAnomalyRate, .reclusterRetention, .mapResidual:
            qualityDefinition
        case .errors: .init(.counter, "Errors by stage and type.", labels: ["error_type", "stage"])
        case .ready: .init(.gauge, "1 while the daemon is ready, 0 while it is not.")
        case .buildInfo: .init(.gauge, "Always 1; the label carries the version.", labels: ["version"])
        case .processResidentMemory: .init(.gauge, "Resident memory of the process.")
        case .processCPU: .init(.counter, "User and system processor time of the process.")
        case .processOpenFiles: .init(.gauge, "Open file descriptors of the process.")
        case .processStart: .init(.gauge, "When the process started, in seconds since the epoch.")
        default: .init(.gauge, rawValue)
        }
    }

    private var remoteDefinition: MetricDefinition {
        switch self {
        case .remoteRequests: .init(.counter, "Requests to the embedding server.", labels: ["outcome"])
        case .remoteRetries: .init(.counter, "Requests that were tried again.", labels: ["outcome"])
        case .remoteDuration: .init(shortHistogram, "How long a request to the embedding server takes.")
        default: .init(.gauge, "1 while the embedding server answers, 0 while it does not.")
        }
    }

    private var sessionDefinition: MetricDefinition {
        switch self {
        case .sessions: .init(.gauge, "Sessions that are open at this instance.")
        case .sessionsClosed: .init(.counter, "Sessions that ended, by why.", labels: ["reason"])
        case .sessionEventsLate: .init(.counter, "Events that came after their windows had ended.")
        default: .init(.counter, "Records in which no key of a session was found.")
        }
    }

    private var qualityDefinition: MetricDefinition {
        switch self {
        case .reclusterSilhouette: .init(.gauge, "Held-out silhouette of the clusters in use, from -1 to 1.")
        case .reclusterDaviesBouldin:
            .init(.gauge, "Held-out Davies-Bouldin index of the clusters in use; low is good.")
        case .reclusterCalinskiHarabasz:
            .init(.gauge, "Held-out Calinski-Harabasz index of the clusters in use; high is good.")
        case .reclusterInertia: .init(.gauge, "Sum of squared distances of held-out records to their centroids.")
        case .reclusterAnomalyRate: .init(.gauge, "Share of held-out records that the clusters in use flag.")
        case .mapResidual:
            .init(.gauge, "Share of held-out deep vectors' variance that the map between the tiers does not explain.")
        default: .init(.gauge, "Share of sampled records that kept their cluster id at the last reclustering.")
        }
    }

    private var shortHistogram: MetricDefinition.Kind { .histogram(bounds: MetricDefinition.shortDurations) }
    private var batchHistogram: MetricDefinition.Kind { .histogram(bounds: MetricDefinition.batchSizes) }
}
