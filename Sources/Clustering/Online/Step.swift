extension Model {
    /// How many more records belong to the present step, of which `gathered` have been assigned but not merged.
    ///
    /// Steps end where the model's own number of records is a multiple of the step, and where the first clusters are
    /// due: counted like this the results do not depend on how the records were cut into batches.
    public func recordsLeftInStep(gathered: Int, options: ClusteringOptions) -> Int {
        let step = UInt64(stepSize(options))
        let bootstrap = UInt64(options.bootstrapRecords)
        var end = (records / step + 1) * step
        if records < bootstrap { end = min(end, bootstrap) }
        return Int(end - records) - gathered
    }

    /// The records of a step: as many as are configured and, once these are next to nothing beside all before them, up to
    /// ``longestStep`` times as many, doubling, so that the ends of longer steps are ends of shorter ones too.
    ///
    /// What a step costs as such, however few records it has, is then shared by many. Nothing is `1/1000` of the records so
    /// far and `1/100` of a half-life.
    func stepSize(_ options: ClusteringOptions) -> Int {
        let configured = max(1, options.step)
        let ceiling = Double(records) / max(1000, 100 * clock)
        var size = configured
        while size < Self.longestStep * configured, Double(2 * size) <= ceiling { size *= 2 }
        return size
    }

    private static let longestStep = 8
}
