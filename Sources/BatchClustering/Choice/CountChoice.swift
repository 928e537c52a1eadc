/// How many groups there shall be.
public struct CountChoice: Sendable, Equatable {
    /// Exactly this many, or the best number.
    public var count: GroupingOptions.Count
    /// What the best number is judged by.
    public var criterion: GroupingOptions.Criterion
    /// The largest number that is tried, at least 2.
    public var maximumK: Int
    /// The most vectors that judge the numbers; memory and time are quadratic in it. At least 10.
    public var sample: Int

    /// - Parameters:
    ///   - count: exactly this many, or the best number.
    ///   - criterion: what the best number is judged by.
    ///   - maximumK: the largest number that is tried, at least 2.
    ///   - sample: the most vectors that judge the numbers, at least 10.
    public init(
        _ count: GroupingOptions.Count = .automatic,
        criterion: GroupingOptions.Criterion = .silhouette,
        maximumK: Int = 128,
        sample: Int = 1500
    ) {
        self.count = count
        self.criterion = criterion
        self.maximumK = maximumK
        self.sample = sample
    }
}
