/// Which clusters of a condensed tree are taken; none lies within another.
struct ClusterSelection: Sendable {
    /// The settings of ``HDBSCANReclusterer`` that decide.
    struct Rules: Sendable {
        var selection: GroupingOptions.Selection
        var epsilon: Double
        var allowsSingleCluster: Bool
        var maximumSize: Int?
    }

    /// The taken cluster that each cluster of the tree is or lies in; -1 for those above and beside.
    let taken: [Int32]

    init(_ tree: CondensedTree, _ rules: Rules) {
        var chosen =
            switch rules.selection {
            case .excessOfMass: Self.excessOfMass(tree, rules)
            case .leaf: Self.leaves(tree, rules)
            }
        if rules.epsilon > 0 { chosen = Self.widened(chosen, tree, rules) }
        var taken = [Int32](repeating: -1, count: tree.clusters.count)
        for index in tree.clusters.indices {
            let parent = Int(tree.clusters[index].parent)
            if parent >= 0, taken[parent] >= 0 {
                taken[index] = taken[parent]
            } else if chosen[index] {
                taken[index] = Int32(index)
            }
        }
        self.taken = taken
    }

    /// From the leaves up, a cluster is taken unless its children together are more stable (Campello et al. 2013,
    /// section 5.2).
    private static func excessOfMass(_ tree: CondensedTree, _ rules: Rules) -> [Bool] {
        var stability = tree.clusters.map(\.stability)
        var chosen = [Bool](repeating: true, count: tree.clusters.count)
        if !rules.allowsSingleCluster { chosen[0] = false }
        for index in tree.clusters.indices.reversed() where chosen[index] {
            let below = tree.children(index).reduce(0.0) { $0 + stability[$1] }
            let isTooLarge = rules.maximumSize.map { Int(tree.clusters[index].size) > $0 } ?? false
            if below > stability[index] || isTooLarge {
                chosen[index] = false
                stability[index] = below
            }
        }
        return chosen
    }

    private static func leaves(_ tree: CondensedTree, _ rules: Rules) -> [Bool] {
        tree.clusters.indices.map { index in
            tree.children(index).isEmpty && (index > 0 || rules.allowsSingleCluster)
        }
    }

    /// Clusters born at a smaller distance than epsilon give way to the first one above them that was born at a
    /// greater one (Malzer and Baum 2020, section 4).
    private static func widened(_ chosen: [Bool], _ tree: CondensedTree, _ rules: Rules) -> [Bool] {
        var result = [Bool](repeating: false, count: chosen.count)
        for index in outermost(chosen, tree) { result[ancestor(of: index, tree, rules)] = true }
        return result
    }

    /// The chosen clusters that lie in no other chosen one.
    private static func outermost(_ chosen: [Bool], _ tree: CondensedTree) -> [Int] {
        var covered = [Bool](repeating: false, count: chosen.count)
        return tree.clusters.indices.filter { index in
            let parent = Int(tree.clusters[index].parent)
            covered[index] = parent >= 0 && (covered[parent] || chosen[parent])
            return chosen[index] && !covered[index]
        }
    }

    private static func ancestor(of cluster: Int, _ tree: CondensedTree, _ rules: Rules) -> Int {
        var cluster = cluster
        guard cluster > 0, tree.clusters[cluster].birthDistance < rules.epsilon else { return cluster }
        while true {
            let parent = Int(tree.clusters[cluster].parent)
            if parent == 0 { return rules.allowsSingleCluster ? 0 : cluster }
            cluster = parent
            if tree.clusters[cluster].birthDistance > rules.epsilon { return cluster }
        }
    }
}
