import Kernels

/// What HDBSCAN* knows of points: the condensed tree, the clusters taken, and each point's place in it.
struct DensityTree: Sendable {
    let tree: CondensedTree
    /// The taken cluster that each cluster of the tree is or lies in; -1 for the others.
    private let taken: [Int32]
    /// The label of each taken cluster, in the order of their first members.
    private let numbers: [Int32]
    /// Where the root is taken, the density that its members have at least.
    private let rootDensity: Double

    init(_ tree: CondensedTree, _ rules: ClusterSelection.Rules) {
        self.tree = tree
        taken = ClusterSelection(tree, rules).taken
        rootDensity = rules.epsilon > 0 ? 1 / rules.epsilon : tree.clusters[0].death
        var numbers = [Int32](repeating: -1, count: tree.clusters.count)
        var next: Int32 = 0
        for (cluster, lambda) in zip(tree.cluster, tree.lambda) {
            let taken = Int(taken[Int(cluster)])
            guard taken >= 0, numbers[taken] < 0, taken > 0 || lambda >= rootDensity else { continue }
            numbers[taken] = next
            next += 1
        }
        self.numbers = numbers
    }

    /// The label and strength of a point that leaves `cluster` at the density `lambda`.
    func membership(_ cluster: Int, _ lambda: Double) -> (label: Int32, strength: Float) {
        let taken = Int(taken[cluster])
        guard taken >= 0, numbers[taken] >= 0, taken > 0 || lambda >= rootDensity else { return (Partition.noise, 0) }
        let highest = tree.clusters[taken].death
        guard highest > 0, lambda.isFinite else { return (numbers[taken], 1) }
        return (numbers[taken], Float(min(lambda, highest) / highest))
    }

    /// The groups of the points themselves.
    var partition: Partition {
        let members = zip(tree.cluster, tree.lambda).map { membership(Int($0), $1) }
        var partition = Partition(
            labels: members.map(\.label),
            count: numbers.reduce(0) { max($0, Int($1) + 1) }
        )
        partition.strengths = members.map(\.strength)
        return partition
    }
}
