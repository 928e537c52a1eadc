/// From where on a cluster counts as the same, as a part, as moved: the thresholds of the transitions' names.
///
/// Transitions are those of MONIC (Spiliopoulou, Ntoutsi, Theodoridis and Schult 2006, "MONIC: modeling and monitoring
/// cluster transitions", KDD): a cluster survives in the one that shares most of its weighted members, splits into
/// several, is absorbed, disappears, or emerges.
public struct LineageOptions: Sendable, Equatable {
    /// The share of the smaller side's members that two clusters must have in common to be one (MONIC's survival
    /// threshold), from 0 (exclusive) to 1. Low, because ids should last: what else happened is said by other events.
    public var sameShare = 0.2
    /// The share of a cluster's members from which it counts as a part of another, for a split and a merge, from 0.5 to
    /// 1.
    public var partShare = 0.5
    /// The share of the parent's members that a part must have taken along to be called split (MONIC's split
    /// threshold), from 0 to 0.5; a smaller one is called born.
    public var splitShare = 0.15
    /// The share of members of the last half-life (half of them would be due) from which a cluster that ends is said to
    /// have merged into another; with fewer it had died before, whoever took in its remains. From 0 to 0.5.
    public var aliveShare = 0.2
    /// How far a centroid goes, in mean distances of the members, before the cluster is called moved; greater than 0.
    public var moveDistance = 0.5
    /// How far, in reaches of the cluster, a group may lie ahead of a cluster that lost its place and still be that
    /// cluster, at least 0.
    public var pathReach = 2.0

    /// The defaults.
    public init() {}

    func problems() -> [String] {
        var problems: [String] = []
        func require(_ isGood: Bool, _ text: @autoclosure () -> String) {
            if !isGood { problems.append(text()) }
        }
        require(
            sameShare > 0 && sameShare <= 1,
            "the share from which a cluster is the same is \(sameShare); it must be greater than 0 and at most 1"
        )
        require(
            partShare >= 0.5 && partShare <= 1,
            "the share from which a cluster is a part is \(partShare); it must lie between 0.5 and 1"
        )
        require(
            splitShare >= 0 && splitShare <= 0.5,
            "the share from which a part is split is \(splitShare); it must lie between 0 and 0.5"
        )
        require(
            aliveShare >= 0 && aliveShare <= 0.5,
            "the share of recent members of a living cluster is \(aliveShare); it must lie between 0 and 0.5"
        )
        require(moveDistance > 0, "the distance of a move is \(moveDistance); it must be greater than 0")
        require(pathReach >= 0, "the reach of a path is \(pathReach); it must be at least 0")
        return problems
    }
}
