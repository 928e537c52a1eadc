extension Settings {
    /// Keys of the section `recluster`.
    static let reclusterKeys: [SettingsKey] =
        [
            SettingsKey(
                "recluster.every",
                .span(never: "off"),
                \.recluster.every,
                "How often; `off` never."
            ),
            SettingsKey(
                "recluster.algorithm",
                .choice,
                \.recluster.algorithm,
                "How a candidate is made; `auto` chooses by the structure of the sample and says why in the events."
            ),
            SettingsKey(
                "recluster.k",
                ValueCodec.count(1...65_536).or("auto"),
                \.recluster.k,
                "How many clusters, for the methods that are told; `auto` takes the number that the criterion finds best."
            ),
            SettingsKey(
                "recluster.criterion",
                .choice,
                \.recluster.criterion,
                "What `k: auto` goes by."
            ),
            SettingsKey(
                "recluster.sample",
                ValueCodec.count(100...1_000_000).or("auto"),
                \.recluster.sample,
                "Records kept, the recent ones more likely, to recluster from; `auto` is 20k, and 4k with space.flood, where "
                    + "each goes through the model."
            ),
            SettingsKey(
                "recluster.maximum_k",
                .count(2...65_536),
                \.recluster.maximumK,
                "The largest number of clusters that `k: auto` tries."
            ),
        ] + methodKeys + gateKeys

    private static let methodKeys: [SettingsKey] = [
        SettingsKey("recluster.linkage", .choice, \.recluster.linkage, "How `agglomerative` measures groups."),
        SettingsKey(
            "recluster.distance_threshold",
            ValueCodec.number(0...1e9, isOpen: true).or("none"),
            \.recluster.distanceThreshold,
            "`agglomerative` joins no groups that are farther apart than this; `none` goes by `k`."
        ),
        SettingsKey(
            "recluster.epsilon",
            ValueCodec.number(0...1e9, isOpen: true).or("auto"),
            \.recluster.epsilon,
            "The radius of `dbscan`; `auto` takes the knee of the distances to the neighbours."
        ),
        SettingsKey(
            "recluster.minimum_neighbours",
            ValueCodec.count(1...10_000).or("auto"),
            \.recluster.minimumNeighbours,
            "Neighbours (with itself) that make a record dense, for `dbscan` and `hdbscan`."
        ),
        SettingsKey(
            "recluster.minimum_cluster_size",
            .count(2...1_000_000),
            \.recluster.minimumClusterSize,
            "Members that a cluster of `hdbscan` needs."
        ),
        SettingsKey(
            "recluster.selection",
            .choice,
            \.recluster.selection,
            "Which groups `hdbscan` takes: those of the most excess of mass, or the leaves (more and smaller ones)."
        ),
        SettingsKey(
            "recluster.selection_epsilon",
            .number(0...1e9),
            \.recluster.selectionEpsilon,
            "Groups of `hdbscan` that are nearer to each other than this are one."
        ),
        SettingsKey(
            "recluster.reduction",
            .choice,
            \.recluster.reduction,
            "What the sample is mapped by before it is grouped; the clusters themselves live in the whole space."
        ),
        SettingsKey(
            "recluster.dimensions",
            .count(1...1000),
            \.recluster.dimensions,
            "Dimensions that are left by `reduction`."
        ),
    ]

    private static let gateKeys: [SettingsKey] = [
        SettingsKey(
            "recluster.silhouette_margin",
            .number(0...2),
            \.recluster.silhouetteMargin,
            "The gate: how much the held-out silhouette may fall. Where it falls by more, a better Davies-Bouldin "
                + "index may still let the candidate in."
        ),
        SettingsKey(
            "recluster.davies_bouldin_margin",
            .number(0...100),
            \.recluster.daviesBouldinMargin,
            "The gate: by which share the held-out Davies-Bouldin index may rise."
        ),
        SettingsKey(
            "recluster.minimum_retention",
            .number(0...1),
            \.recluster.minimumRetention,
            "The gate: the share of sampled records that must keep their cluster id."
        ),
        SettingsKey(
            "recluster.anomaly_rate_margin",
            .number(0...1),
            \.recluster.anomalyRateMargin,
            "The gate: how much the share of held-out records that would be flagged may rise."
        ),
    ]
}
