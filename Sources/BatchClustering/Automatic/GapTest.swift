import Kernels

/// Whether centroids divide vectors where these are scarce, or cut through the middle of them.
///
/// Each vector is projected onto the line from its nearest centroid (0) to the second-nearest (1). Round groups crowd
/// about 0 and leave the border near 1/2 nearly empty; a ring, a snake or a plain that was only cut to pieces is as dense
/// at the borders as elsewhere.
struct GapTest {
    /// A partition has gaps when the share of vectors at the borders is below this part of that at the centres. Round
    /// groups that just touch have 0.3 to 0.6, pieces of one shape 0.7 and more.
    static let largestRatio = 0.65

    /// The nearest of `centroids` for each of `vectors`, and whether the groups are parted by gaps.
    static func judge(_ vectors: Matrix, centroids: Matrix, metric: Metric) -> (labels: [Int], hasGaps: Bool) {
        let counted = count(vectors, centroids: centroids, metric: metric)
        return (counted.labels, Double(counted.border) < largestRatio * Double(counted.core))
    }

    /// The nearest of `centroids` for each of `vectors`, and how many of these lie at the borders and at the centres.
    static func count(_ vectors: Matrix, centroids: Matrix, metric: Metric) -> (labels: [Int], border: Int, core: Int) {
        let pairs = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric)
        var border = 0
        var core = 0
        for pair in pairs where pair.second >= 0 {
            let near = Double(square(pair.firstDistance, metric))
            let far = Double(square(pair.secondDistance, metric))
            let between = Double(
                square(
                    metric.distance(
                        Array(centroids[row: Int(pair.first)]),
                        Array(centroids[row: Int(pair.second)])
                    ),
                    metric
                )
            )
            guard between > 0 else { continue }
            // The law of cosines gives the place on the line from the three squared distances.
            let place = (between + near - far) / (2 * between)
            if place > 0.3 { border += 1 }
            if abs(place) < 0.1 { core += 1 }
        }
        return (pairs.map { Int($0.first) }, border, core)
    }

    private static func square(_ distance: Float, _ metric: Metric) -> Float {
        metric == .cosine ? 2 * distance : distance * distance
    }
}
