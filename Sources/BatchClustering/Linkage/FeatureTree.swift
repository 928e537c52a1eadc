public import Kernels

/// A tree of clustering features: many vectors summed up by few weighted ones (Zhang, Ramakrishnan and Livny 1996,
/// "BIRCH").
///
/// A feature is a weight, a mean and the sum of squared distances to that mean, which does not lose digits far from the
/// origin as sums of squares would (Lang and Schubert 2020, "BETULA"). A vector goes down to the nearest feature and is
/// absorbed there if the root mean square distance to the mean stays within the threshold. When there are more features
/// than the limit, the threshold grows and the features are inserted anew.
public struct FeatureTree {
    /// The most features of a node.
    static let branching = 32

    /// The most features at the leaves.
    public let limit: Int
    /// The largest root mean square distance of a feature's vectors to their mean, in straight lines.
    public private(set) var threshold: Double
    /// The features at the leaves.
    public private(set) var count = 0
    private let columns: Int
    private var nodes: [FeatureNode] = []
    private var root = 0

    /// - Parameters:
    ///   - columns: the dimension, `d`.
    ///   - limit: the most features that are kept, at least 2.
    ///   - threshold: the radius of a feature to begin with, 0 or more.
    public init(columns: Int, limit: Int, threshold: Double = 0) {
        self.columns = columns
        self.limit = max(2, limit)
        self.threshold = threshold
        nodes = [FeatureNode(isLeaf: true)]
    }

    /// Adds the rows of `vectors`, `n × d`.
    public mutating func insert(_ vectors: Matrix) {
        precondition(vectors.columns == columns, "a vector must have as many elements as the tree has columns")
        for row in 0..<vectors.rows { insert(Feature(Array(vectors[row: row]))) }
    }

    /// The means of the features, `count × d`.
    public var means: Matrix {
        var means = Matrix(rows: 0, columns: columns)
        forEachLeaf { means.append(row: $0.mean) }
        return means
    }

    /// The weights of the features, in the order of ``means``.
    public var weights: [Double] {
        var weights: [Double] = []
        forEachLeaf { weights.append($0.weight) }
        return weights
    }

    mutating func insert(_ feature: Feature) {
        if let half = insert(feature, at: root) {
            var node = FeatureNode(isLeaf: false)
            node.append(nodes[root].summary, child: root)
            node.append(nodes[half].summary, child: half)
            nodes.append(node)
            root = nodes.count - 1
        }
        if count > limit { rebuild() }
    }

    /// Inserts below `place`; returns the node that was split off, if any.
    private mutating func insert(_ feature: Feature, at place: Int) -> Int? {
        let nearest = nodes[place].nearest(to: feature.mean)
        guard !nodes[place].isLeaf else {
            if let nearest, nodes[place].features[nearest].radius(with: feature) <= threshold {
                nodes[place].absorb(feature, at: nearest)
                return nil
            }
            nodes[place].append(feature, child: -1)
            count += 1
            return splitIfFull(place)
        }
        guard let nearest else { return nil }
        let child = nodes[place].children[nearest]
        if let half = insert(feature, at: child) {
            nodes[place].replace(nearest, with: nodes[child].summary)
            nodes[place].append(nodes[half].summary, child: half)
            return splitIfFull(place)
        }
        nodes[place].absorb(feature, at: nearest)
        return nil
    }

    private mutating func splitIfFull(_ place: Int) -> Int? {
        guard nodes[place].features.count > Self.branching else { return nil }
        let halves = nodes[place].halves()
        nodes[place] = halves.0
        nodes.append(halves.1)
        return nodes.count - 1
    }

    /// Grows the threshold to what joins about half of the nearest pairs of each leaf, and inserts the features anew.
    private mutating func rebuild() {
        while count > limit {
            let radii = nodes.filter(\.isLeaf).compactMap(\.leastJoinedRadius).sorted()
            let middle = radii.isEmpty ? 0 : radii[radii.count / 2]
            threshold = max(middle, threshold * 1.1, .leastNormalMagnitude)
            var features: [Feature] = []
            forEachLeaf { features.append($0) }
            nodes = [FeatureNode(isLeaf: true)]
            root = 0
            count = 0
            for feature in features {
                if let half = insert(feature, at: root) {
                    var node = FeatureNode(isLeaf: false)
                    node.append(nodes[root].summary, child: root)
                    node.append(nodes[half].summary, child: half)
                    nodes.append(node)
                    root = nodes.count - 1
                }
            }
        }
    }

    private func forEachLeaf(_ body: (Feature) -> Void) {
        func visit(_ place: Int) {
            if nodes[place].isLeaf {
                nodes[place].features.forEach(body)
            } else {
                nodes[place].children.forEach(visit)
            }
        }
        visit(root)
    }
}
