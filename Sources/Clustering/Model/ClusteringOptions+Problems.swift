import BatchClustering

extension ClusteringOptions {
    /// What is wrong with the options: a sentence for each value out of its range; empty when all is well.
    public func problems() -> [String] {
        var problems: [String] = []
        func require(_ isGood: Bool, _ text: @autoclosure () -> String) {
            if !isGood { problems.append(text()) }
        }
        switch halfLife {
        case .records(let half): require(half > 0, "the half-life is \(half) records; it must be greater than 0")
        case .time(let seconds): require(seconds > 0, "the half-life is \(seconds) s; it must be greater than 0")
        case .none: break
        }
        if case .distance(let distance) = birth {
            require(distance > 0 && distance.isFinite, "the birth distance is \(distance); it must be greater than 0")
        }
        require(maximumClusters >= 1, "the ceiling on clusters is \(maximumClusters); it must be at least 1")
        require(
            maximumPrototypes >= maximumClusters,
            "the ceiling on prototypes is \(maximumPrototypes); it must be at least that on clusters, \(maximumClusters)"
        )
        require(step >= 1, "the learning step is \(step) records; it must be at least 1")
        require(bootstrapRecords >= 2, "the first clusters wait for \(bootstrapRecords) records; at least 2 are needed")
        require(birthMembers >= 2, "a birth asks for \(birthMembers) members; it must be at least 2")
        require(
            nurseryCapacity >= birthMembers,
            "the nursery holds \(nurseryCapacity) records, fewer than a birth's \(birthMembers)"
        )
        require(
            sampleCapacity >= bootstrapRecords,
            "the sample holds \(sampleCapacity) records; at least \(bootstrapRecords) are needed"
        )
        require(minimumWeight >= 0, "the least weight of a cluster is \(minimumWeight); it must be at least 0")
        problems += anomalies.problems() + recluster.problems() + lineage.problems() + labels.problems()
        return problems
    }
}

extension AnomalyOptions {
    fileprivate func problems() -> [String] {
        var problems: [String] = []
        if !(falseAlarmRate > 0 && falseAlarmRate < 0.5) {
            problems.append("the false-alarm rate is \(falseAlarmRate); it must lie between 0 and 0.5")
        }
        if !(heavyShare >= 0 && heavyShare < 1) {
            problems.append("the share of a heavy cluster is \(heavyShare); it must be at least 0 and less than 1")
        }
        if !(level > 0 && level < 1) { problems.append("the peak level is \(level); it must lie between 0 and 1") }
        if calibrationRecords < 100 {
            problems.append("the threshold is calibrated on \(calibrationRecords) records; at least 100 are needed")
        }
        if peakCapacity < 16 { problems.append("the tail is fitted to \(peakCapacity) peaks; at least 16 are needed") }
        return problems
    }
}

extension ReclusterOptions {
    fileprivate func problems() -> [String] {
        var problems: [String] = []
        if case .fixed(let count) = grouping.k, count < 1 { problems.append("k is \(count); it must be at least 1") }
        if grouping.maximumK < 2 {
            problems.append("the largest k is \(grouping.maximumK); it must be at least 2")
        }
        if grouping.starts < 1 { problems.append("there are \(grouping.starts) starts; at least 1 is needed") }
        if grouping.iterations < 1 {
            problems.append("there are \(grouping.iterations) rounds; at least 1 is needed")
        }
        if !(heldOutShare > 0 && heldOutShare <= 0.5) {
            problems.append("the held-out share is \(heldOutShare); it must be greater than 0 and at most 0.5")
        }
        if silhouetteSample < 10 {
            problems.append("silhouettes are computed on \(silhouetteSample) records; at least 10 are needed")
        }
        if !(minimumRetention >= 0 && minimumRetention <= 1) {
            problems.append("the least id retention is \(minimumRetention); it must lie between 0 and 1")
        }
        if !(silhouetteMargin >= 0 && silhouetteMargin <= 2) {
            problems.append("the margin of the silhouette is \(silhouetteMargin); it must lie between 0 and 2")
        }
        if !(daviesBouldinMargin >= 0) {
            problems.append("the margin of the Davies-Bouldin index is \(daviesBouldinMargin); 0 is the least")
        }
        if !(anomalyRateMargin >= 0 && anomalyRateMargin <= 1) {
            problems.append("the margin of the anomaly rate is \(anomalyRateMargin); it must lie between 0 and 1")
        }
        return problems
    }
}

extension LabelOptions {
    fileprivate func problems() -> [String] {
        var problems: [String] = []
        if terms < 1 { problems.append("a label has \(terms) terms; it must have at least 1") }
        if vocabulary < terms { problems.append("\(vocabulary) terms are counted, fewer than a label's \(terms)") }
        if totalVocabulary < 1000 {
            problems.append("\(totalVocabulary) terms are counted in all clusters; 1000 is the least")
        }
        if representatives < 0 { problems.append("there are \(representatives) representatives; 0 is the least") }
        if textLength < 1 { problems.append("texts are cut at \(textLength) bytes; 1 is the least") }
        return problems
    }
}
