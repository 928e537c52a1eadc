import Kernels

/// Vectors summed up: how many, their mean, and the sum of squared distances to it.
struct Feature: Sendable {
    var weight: Double
    var mean: [Float]
    var squares: Double

    init(_ vector: [Float]) {
        weight = 1
        mean = vector
        squares = 0
    }

    /// The root mean square distance to the mean, were both one.
    func radius(with other: Feature) -> Double {
        let sum = weight + other.weight
        let apart = Double(VectorMath.squaredDistance(mean, other.mean))
        return ((squares + other.squares + weight * other.weight / sum * apart) / sum).squareRoot()
    }

    /// Takes in the vectors of another feature.
    mutating func absorb(_ other: Feature) {
        let sum = weight + other.weight
        squares += other.squares + weight * other.weight / sum * Double(VectorMath.squaredDistance(mean, other.mean))
        let share = Float(other.weight / sum)
        for column in mean.indices { mean[column] += share * (other.mean[column] - mean[column]) }
        weight = sum
    }
}

/// Features side by side, each with a node below it except at a leaf.
struct FeatureNode: Sendable {
    let isLeaf: Bool
    private(set) var features: [Feature] = []
    private(set) var children: [Int] = []

    init(isLeaf: Bool) { self.isLeaf = isLeaf }

    /// All features as one.
    var summary: Feature {
        var sum = features[0]
        for feature in features.dropFirst() { sum.absorb(feature) }
        return sum
    }

    mutating func append(_ feature: Feature, child: Int) {
        features.append(feature)
        children.append(child)
    }

    mutating func absorb(_ feature: Feature, at place: Int) { features[place].absorb(feature) }

    mutating func replace(_ place: Int, with feature: Feature) { features[place] = feature }

    /// The feature with the nearest mean; nil where there is none.
    func nearest(to vector: [Float]) -> Int? {
        var (best, least) = (-1, Float.infinity)
        vector.withUnsafeBufferPointer { vector in
            guard let query = vector.baseAddress else { return }
            for place in features.indices {
                let distance = features[place].mean.withUnsafeBufferPointer { mean in
                    mean.baseAddress.map { VectorMath.squaredDistance($0, query, count: vector.count) } ?? .infinity
                }
                if distance < least || best < 0 { (best, least) = (place, distance) }
            }
        }
        return best < 0 ? nil : best
    }

    /// The radius of the pair that would make the tightest feature; nil with fewer than two.
    var leastJoinedRadius: Double? {
        var least: Double?
        for a in features.indices {
            for b in 0..<a { least = min(least ?? .infinity, features[a].radius(with: features[b])) }
        }
        return least
    }

    /// The features divided by which of the two farthest ones is nearer.
    func halves() -> (FeatureNode, FeatureNode) {
        var (left, right, most) = (0, features.count - 1, -Float.infinity)
        for a in features.indices {
            for b in 0..<a {
                let distance = VectorMath.squaredDistance(features[a].mean, features[b].mean)
                if distance > most { (left, right, most) = (b, a, distance) }
            }
        }
        var halves = (FeatureNode(isLeaf: isLeaf), FeatureNode(isLeaf: isLeaf))
        for place in features.indices {
            let toLeft = VectorMath.squaredDistance(features[place].mean, features[left].mean)
            let toRight = VectorMath.squaredDistance(features[place].mean, features[right].mean)
            if place == left || (place != right && toLeft <= toRight) {
                halves.0.append(features[place], child: children[place])
            } else {
                halves.1.append(features[place], child: children[place])
            }
        }
        return halves
    }
}
