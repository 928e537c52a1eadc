public import Kernels

/// One way of finding the groups in vectors that lie still.
///
/// Pure: equal vectors and an equal seed give equal groups, whatever the lanes are.
public protocol Reclusterer: Sendable {
    /// Groups the rows of `vectors`.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`, finite; unit length under the cosine metric.
    ///   - metric: how far apart two vectors are.
    ///   - seed: where all randomness comes from.
    ///   - lanes: what runs independent parts side by side.
    /// - Throws: ``GroupingError`` where the vectors do not suffice or the settings do not fit them.
    func grouping(
        of vectors: Matrix,
        metric: Metric,
        seed: UInt64,
        lanes: Lanes
    ) throws(GroupingError) -> Partition
}

/// Groups that were found among vectors.
public struct Partition: Sendable, Equatable {
    /// The label of a vector that belongs to no group.
    public static let noise: Int32 = -1

    /// The group of each vector, from 0 to ``count`` - 1, or ``noise``.
    public var labels: [Int32]
    /// How surely each vector belongs to its group, from 0 to 1; 0 for noise. Empty where the method gives no such
    /// figure.
    public var strengths: [Float] = []
    /// The number of groups; each has at least one member.
    public var count: Int
    /// The centroids of the groups, `count × d`; nil where the method has none.
    public var centroids: Matrix?
    /// The sum of the squared distances (under the cosine metric of the distances) to the centroids; nil where the
    /// method has none.
    public var inertia: Double?
    /// The numbers of groups that were tried, ascending; empty where the number was not chosen.
    public var curve: [CountTrial] = []
    /// What was decided on the way and why, a sentence each; for people.
    public var reasons: [String] = []

    /// - Parameters:
    ///   - labels: the group of each vector, from 0 up without a gap, or ``noise``.
    ///   - count: the number of groups.
    public init(labels: [Int32], count: Int) {
        self.labels = labels
        self.count = count
    }
}

/// A number of groups that was tried, and how good it was.
public struct CountTrial: Sendable, Equatable, Codable {
    /// The number of groups.
    public var k: Int
    /// The criterion's value; whether high is good depends on the criterion.
    public var value: Double

    /// Memberwise.
    public init(k: Int, value: Double) {
        self.k = k
        self.value = value
    }
}

/// Why vectors could not be grouped.
public enum GroupingError: Error, Equatable, CustomStringConvertible {
    /// The vectors do not suffice, or a setting does not fit them; the sentence says what to change.
    case unsuitable(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .unsuitable(let reason): reason
        }
    }
}
