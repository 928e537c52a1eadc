extension Model {
    /// How many more records belong to the present step, of which `gathered` have been assigned but not merged.
    ///
    /// Steps end where the model's own number of records is a multiple of the step, and where the first clusters are
    /// due: counted like this the results do not depend on how the records were cut into batches.
    public func recordsLeftInStep(gathered: Int, options: ClusteringOptions) -> Int {
        let step = UInt64(max(1, options.step))
        let bootstrap = UInt64(options.bootstrapRecords)
        var end = (records / step + 1) * step
        if records < bootstrap { end = min(end, bootstrap) }
        return Int(end - records) - gathered
    }
}
