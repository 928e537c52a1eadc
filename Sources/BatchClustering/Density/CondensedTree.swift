import Kernels

/// The single-linkage tree without the groups that are too small: each cluster of it loses single points as the
/// density rises, until it dies or splits into two (Campello, Moulavi and Sander 2013, section 4; McInnes and Healy
/// 2017, 2.3). Density is λ, one over the distance.
struct CondensedTree: Sendable {
    /// A cluster of the tree; the root is the first, and every cluster comes after its parent.
    struct Cluster: Sendable {
        /// -1 for the root.
        var parent: Int32
        /// The density at which it parted from its parent; 0 for the root.
        var birth: Double
        /// The number of points when it was born.
        var size: Int32
        /// The highest density at which it lost a point or split.
        var death = 0.0
        /// The first of two children, the other one next to it; -1 for none.
        var firstChild: Int32 = -1
        /// The sum over its points of the density range in which they belonged to it: the excess of mass.
        var stability = 0.0

        /// The distance at which it was born.
        var birthDistance: Double { 1 / birth }
    }

    private(set) var clusters: [Cluster] = []
    /// The last cluster that each point belonged to.
    private(set) var cluster: [Int32]
    /// The density at which each point left it.
    private(set) var lambda: [Double]

    /// - Parameters:
    ///   - order: the single-linkage tree of at least one point.
    ///   - minimumSize: the points that a cluster needs.
    init(_ order: ReachabilityOrder, metric: Metric, minimumSize: Int) {
        let n = order.rows.count
        cluster = Array(repeating: 0, count: n)
        lambda = Array(repeating: 0, count: n)
        clusters = [Cluster(parent: -1, birth: 0, size: Int32(n))]
        let joins = JoinTree(order.squares)
        // Ranges of the order, where each parts, and the cluster that it is of.
        var open: [Branch] = [Branch(range: 0..<n, join: joins.root, cluster: 0)]
        while let branch = open.popLast() {
            let distance = branch.join < 0 ? 0 : metric.distance(fromSquare: order.squares[branch.join])
            // Points at no distance part at no density.
            guard distance > 0 else {
                drop(branch.range, order, from: branch.cluster, at: .infinity)
                continue
            }
            var (first, second) = branch.parts(joins)
            let lambda = 1 / distance
            if first.range.count >= minimumSize && second.range.count >= minimumSize {
                divide(&first, &second, at: lambda)
                open.append(second)
                open.append(first)
                continue
            }
            for part in [second, first] {
                if part.range.count >= minimumSize {
                    open.append(part)
                } else {
                    drop(part.range, order, from: branch.cluster, at: lambda)
                }
            }
        }
    }

    private mutating func drop(_ range: Range<Int>, _ order: ReachabilityOrder, from cluster: Int32, at lambda: Double)
    {
        for place in range {
            self.cluster[Int(order.rows[place])] = cluster
            self.lambda[Int(order.rows[place])] = lambda
        }
        leave(cluster, points: range.count, at: lambda)
    }

    private mutating func leave(_ cluster: Int32, points: Int, at lambda: Double) {
        clusters[Int(cluster)].stability += (lambda - clusters[Int(cluster)].birth) * Double(points)
        clusters[Int(cluster)].death = max(clusters[Int(cluster)].death, lambda)
    }

    private mutating func divide(_ first: inout Branch, _ second: inout Branch, at lambda: Double) {
        let parent = first.cluster
        clusters[Int(parent)].firstChild = Int32(clusters.count)
        first.cluster = Int32(clusters.count)
        second.cluster = Int32(clusters.count + 1)
        for size in [first.range.count, second.range.count] {
            leave(parent, points: size, at: lambda)
            clusters.append(Cluster(parent: parent, birth: lambda, size: Int32(size)))
        }
    }

    /// The children of a cluster: two or none.
    func children(_ cluster: Int) -> Range<Int> {
        let first = Int(clusters[cluster].firstChild)
        return first < 0 ? 0..<0 : first..<first + 2
    }

    /// The outlier score of each point, from 0 (in the densest part of its cluster) to 1 (GLOSH; Campello et al. 2015,
    /// equation 8).
    var outlierScores: [Float] {
        // The highest density in a cluster or in any below it.
        var peak = clusters.map(\.death)
        for index in clusters.indices.reversed() where clusters[index].parent >= 0 {
            let parent = Int(clusters[index].parent)
            peak[parent] = max(peak[parent], peak[index])
        }
        return zip(cluster, lambda).map { cluster, lambda in
            let highest = peak[Int(cluster)]
            guard highest > 0, lambda.isFinite else { return 0 }
            return highest.isFinite ? Float((highest - lambda) / highest) : 1
        }
    }
}

/// A range of the order that is still part of a cluster.
private struct Branch {
    var range: Range<Int>
    /// Where it parts; -1 for a single point.
    var join: Int
    var cluster: Int32

    func parts(_ joins: JoinTree) -> (Branch, Branch) {
        (
            Branch(range: range.lowerBound..<join, join: Int(joins.left[join]), cluster: cluster),
            Branch(range: join..<range.upperBound, join: Int(joins.right[join]), cluster: cluster)
        )
    }
}

/// Where each range of the order parts: at its largest gap, the last one of equals.
private struct JoinTree {
    private(set) var left: [Int32]
    private(set) var right: [Int32]
    /// -1 for a single point.
    let root: Int

    /// A Cartesian tree (Vuillemin 1980) over the gaps after the first place.
    init(_ gaps: [Double]) {
        left = Array(repeating: -1, count: gaps.count)
        right = left
        var stack: [Int] = []
        for place in 1..<max(gaps.count, 1) {
            var below = -1
            while let top = stack.last, gaps[top] <= gaps[place] {
                below = top
                stack.removeLast()
            }
            left[place] = Int32(below)
            if let top = stack.last { right[top] = Int32(place) }
            stack.append(place)
        }
        root = stack.first ?? -1
    }
}
