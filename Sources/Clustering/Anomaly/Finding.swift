import Kernels

/// Something that a model finds wrong with itself or with its stream.
public enum Finding: String, Sendable, Codable, CaseIterable {
    /// One cluster holds nearly everything.
    case giantCluster = "giant_cluster"
    /// Most clusters have hardly a member.
    case singletons
    /// There are more clusters than half of the records that are remembered.
    case tooManyClusters = "too_many_clusters"
    /// No more clusters, or prototypes, are allowed.
    case ceiling
    /// Most clusters have stopped to get records.
    case dyingClusters = "dying_clusters"
    /// Scores are not what they used to be.
    case driftingScores = "drifting_scores"
    /// Most records belong to no cluster.
    case unfitData = "unfit_data"
    /// Far more records raise alarms than was asked for.
    case alarmsTooMany = "alarms_too_many"
    /// Far fewer do.
    case alarmsTooFew = "alarms_too_few"

    /// What it means and what can be done, one sentence.
    public var advice: String {
        switch self {
        case .giantCluster:
            "one cluster holds more than nine records in ten: the stream is of one kind, or the space does not tell kinds apart"
        case .singletons:
            "most clusters have fewer than two members: records hardly repeat, or parts that vary should be taken out of them"
        case .tooManyClusters:
            "there are more clusters than half of the records remembered: a longer half-life or a wider birth distance helps"
        case .ceiling:
            "the ceiling on clusters is reached: the lightest give way to new ones; raise it, or ask for fewer"
        case .dyingClusters:
            "most clusters no longer get records: the stream has changed; a shorter half-life follows it sooner"
        case .driftingScores: "scores differ much from those before: the stream is drifting away from what was learned"
        case .unfitData:
            "most records belong to no cluster: the data has no groups in this space, or changes faster than it is learned"
        case .alarmsTooMany:
            "far more alarms than the rate that was asked for: the stream holds many anomalies, or has changed for good"
        case .alarmsTooFew:
            "far fewer alarms than the rate that was asked for: thresholds were learned from wilder data"
        }
    }
}

extension Finding {
    /// Where its figure must be for it to begin (that or more), and below what it must be to end: what lies between
    /// changes nothing.
    var levels: (begins: Double, ends: Double) {
        switch self {
        case .giantCluster: (0.9, 0.8)
        case .singletons, .tooManyClusters, .dyingClusters, .unfitData: (0.5, 0.35)
        case .ceiling: (1, 0.9)
        case .driftingScores: (1.5, 1.25)
        case .alarmsTooMany, .alarmsTooFew: (1, 0.7)
        }
    }
}

extension Model {
    /// What was wrong when the model last looked, in the order of ``Finding``.
    public var findings: [Finding] { diagnosis.findings }

    /// Looks at itself now and then.
    mutating func examine(before: UInt64, options: ClusteringOptions) {
        let every = Diagnosis.examination
        guard records / every > before / every, !clusters.isEmpty else { return }
        diagnosis.take(figures(options), records: records, newest: newestTimestamp)
    }

    /// How far each finding has come, in the units of its levels (``Finding/levels``).
    private func figures(_ options: ClusteringOptions) -> [Finding: Double] {
        let weights = weights
        let count = Double(clusters.count)
        let total = max(weights.reduce(outlierWeight, +), .leastNormalMagnitude)
        let rate = options.anomalies.falseAlarmRate
        let stopped = zip(clusters, weights).count { cluster, weight in
            // What would have come since, if it came as before.
            weight / total * Double(records - min(records, cluster.lastSeen)) > 20
        }
        let filled = max(
            count / Double(max(1, options.maximumClusters)),
            Double(centroids.rows) / Double(max(1, options.maximumPrototypes))
        )
        return [
            .giantCluster: (weights.max() ?? 0) / total,
            .singletons: clusters.count >= 10 ? Double(weights.count { $0 < 2 }) / count : 0,
            .tooManyClusters: count / total,
            .ceiling: options.maximumClusters > 1 ? filled : 0,
            .dyingClusters: clusters.count >= 4 ? Double(stopped) / count : 0,
            .driftingScores: vigilance.drift,
            .unfitData: outlierWeight / total,
            .alarmsTooMany: vigilance.loudness(rate: rate),
            .alarmsTooFew: vigilance.quietness(rate: rate),
        ]
    }
}
