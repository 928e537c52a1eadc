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

extension Model {
    /// How many records lie between two examinations.
    private static let examination: UInt64 = 1000

    /// Looks at itself each thousand records, beginning with the thousandth.
    mutating func examine(before: UInt64, options: ClusteringOptions) {
        guard records / Self.examination > before / Self.examination else { return }
        findings = found(options)
    }

    private func found(_ options: ClusteringOptions) -> [Finding] {
        guard !clusters.isEmpty else { return [] }
        let weights = weights
        let total = max(weights.reduce(outlierWeight, +), .leastNormalMagnitude)
        let rate = options.anomalies.falseAlarmRate
        let stopped = zip(clusters, weights).count { cluster, weight in
            // What would have come since, if it came as before.
            weight / total * Double(records - min(records, cluster.lastSeen)) > 20
        }
        let isAtCeiling = clusters.count >= options.maximumClusters || centroids.rows >= options.maximumPrototypes
        let states: [(Finding, Bool)] = [
            (.giantCluster, (weights.max() ?? 0) > 0.9 * total),
            (.singletons, clusters.count >= 10 && 2 * weights.count { $0 < 2 } > clusters.count),
            (.tooManyClusters, 2 * Double(clusters.count) > total),
            (.ceiling, isAtCeiling && options.maximumClusters > 1),
            (.dyingClusters, clusters.count >= 4 && 2 * stopped > clusters.count),
            (.driftingScores, vigilance.isDrifting),
            (.unfitData, outlierWeight > 0.5 * total),
            (.alarmsTooMany, vigilance.isTooLoud(rate: rate)),
            (.alarmsTooFew, vigilance.isTooQuiet(rate: rate)),
        ]
        return states.filter(\.1).map(\.0)
    }
}
