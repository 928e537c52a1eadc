import BatchClustering
import Kernels

/// Improves living centroids by small steps: clusters that died go, two that have grown together become one, one that
/// has fallen apart becomes two.
///
/// Fresh starts find the same groups each time with other borders and sometimes another count; here what is there changes
/// only where the records say so. Whether two are one is read from the valley between them: along the line from centroid
/// to centroid, records are counted about the middle and about both ends. One group has its peak in the middle, two have
/// a valley there; in between nothing is changed (hysteresis).
struct WarmStart {
    /// Records of the sample that do not lie alone, `n × d`.
    let vectors: Matrix
    /// The age of each in half-lives.
    let ages: [Double]
    /// Records that do, `m × d`.
    let scattered: Matrix
    let metric: Metric
    /// How far each of the living clusters reaches.
    let reach: [Float]
    /// Whether clusters without a valley between them are one. Not where these are features: segments of customers divide what
    /// seldom has valleys, and still are to last.
    let joins: Bool
    /// The most clusters.
    let ceiling: Int
    /// What runs independent parts side by side.
    let lanes: Lanes

    /// Two clusters are one when the valley holds at least this share of the lower peak.
    private static let filled = 0.85
    /// One cluster is two when the valley between its halves holds at most this share of the lower peak.
    private static let empty = 0.5
    /// The least share of the members that a half must have.
    private static let leastHalf = 0.1
    /// The members that a cluster needs to be divided, and the records that must lie at each end of the line.
    private static let leastMembers = 30
    private static let leastEnd = 6.0
    /// The share of members of the last half-life that a cluster which is alive has at least; half of them would be due.
    private static let aliveShare = 0.2

    /// The share of members that do not lie alone which a cluster has at least.
    private static let denseShare = 0.3
    /// Members of a group beyond the reach of all clusters that make a new one.
    private static let newMembers = 12

    /// The most records that steps are judged by.
    static let sampleLimit = 4000

    /// - Parameter rows: the sampled records that take part, ascending.
    init(
        model: Model,
        records: [StoredRecord],
        data: Matrix,
        rows: [Int],
        options: ClusteringOptions,
        ceiling: Int,
        lanes: Lanes
    ) {
        let drawn = data.selecting(rows)
        let dense = Scattered.dense(drawn, metric: model.metric, lanes: lanes)
        let isDense = Set(dense)
        vectors = drawn.selecting(dense)
        let horizon = model.horizon(of: records, since: model.memoryBegins)
        ages = dense.map { (model.clock - records[rows[$0]].clock) / horizon }
        scattered = drawn.selecting(rows.indices.filter { !isDense.contains($0) })
        metric = model.metric
        reach = Radii(model: model, birth: options.birth).limits
        joins = model.features == nil
        self.ceiling = ceiling
        self.lanes = lanes
    }

    /// The centroids after all steps.
    func improved(_ start: Matrix) -> Matrix {
        var kmeans = KMeans(data: vectors, metric: metric, lanes: lanes)
        kmeans.iterations = 5
        guard start.rows > 0, vectors.rows > 0 else { return start }
        var centroids = withNewcomers(start)
        centroids = kmeans.run(from: living(centroids)).centroids
        for _ in 0..<4 {
            guard let parted = parted(centroids) else { break }
            centroids = kmeans.run(from: parted).centroids
        }
        for _ in 0..<8 where joins {
            guard let joined = joined(centroids) else { break }
            centroids = kmeans.run(from: joined).centroids
        }
        return centroids
    }

    /// The centroids and one for each group of records beyond the reach of all of them. Else the nearest cluster would be
    /// drawn towards them, and seem to have fallen apart.
    private func withNewcomers(_ start: Matrix) -> Matrix {
        let pairs = NearestTwo.search(queries: vectors, centroids: start, metric: metric)
        var waiting = pairs.indices.filter { pairs[$0].firstDistance > reach[Int(pairs[$0].first)] }
        let typical = reach.sorted()[reach.count / 2]
        var result = start
        while result.rows < ceiling, waiting.count >= Self.newMembers {
            let tried = waiting.prefix(64).map { seed in
                waiting.filter { metric.distance(Array(vectors[row: seed]), Array(vectors[row: $0])) <= typical }
            }
            guard let group = tried.max(by: { $0.count < $1.count }), group.count >= Self.newMembers else { break }
            let centre = vectors.selecting(group).mean(unit: metric == .cosine)
            result.append(row: centre)
            waiting.removeAll { metric.distance(centre, Array(vectors[row: $0])) <= typical }
            if waiting.count >= Self.newMembers, group.allSatisfy(waiting.contains) { break }
        }
        return result
    }

    /// The centroids of clusters that still gain members and are not mere scatter; all of them where none does.
    private func living(_ centroids: Matrix) -> Matrix {
        let members = members(of: centroids, near: false)
        var lonely = [Int](repeating: 0, count: centroids.rows)
        for pair in NearestTwo.search(queries: scattered, centroids: centroids, metric: metric) {
            lonely[Int(pair.first)] += 1
        }
        let alive = members.indices.filter { row in
            let count = members[row].count
            let recent = members[row].count { ages[$0] <= 1 }
            return recent > 0 && Double(recent) >= Self.aliveShare * Double(count)
                && Double(count) >= Self.denseShare * Double(count + lonely[row])
        }
        return alive.isEmpty ? centroids : centroids.selecting(alive)
    }

    /// The rows of each centroid; where `near` is true without those that lie far from it for its members.
    private func members(of centroids: Matrix, near: Bool = true) -> [[Int]] {
        var members = [[(row: Int, distance: Float)]](repeating: [], count: centroids.rows)
        let pairs = NearestTwo.search(queries: vectors, centroids: centroids, metric: metric)
        for (row, pair) in pairs.enumerated() where pair.first >= 0 {
            members[Int(pair.first)].append((row, pair.firstDistance))
        }
        return members.map { own in
            guard near, own.count >= 4 else { return own.map(\.row) }
            let usual = own.map(\.distance).sorted()[own.count / 2]
            // A cosine distance is half a squared chord.
            let limit = metric == .cosine ? 6.25 * usual : 2.5 * usual
            return own.filter { $0.distance <= limit }.map(\.row)
        }
    }

    /// The centroids with the two that are most surely one replaced by their mean; nil where no two are one.
    private func joined(_ centroids: Matrix) -> Matrix? {
        guard centroids.rows > 1 else { return nil }
        let members = members(of: centroids)
        var best: (first: Int, second: Int, valley: Double)?
        for row in 0..<centroids.rows {
            guard let other = nearest(to: row, in: centroids) else { continue }
            let valley = valley(
                from: Array(centroids[row: row]),
                to: Array(centroids[row: other]),
                among: members[row] + members[other]
            )
            if let valley, valley >= max(Self.filled, best?.valley ?? 0) { best = (row, other, valley) }
        }
        guard let best else { return nil }
        let own = vectors.selecting(members[best.first] + members[best.second])
        var result = centroids.selecting((0..<centroids.rows).filter { $0 != best.first && $0 != best.second })
        result.append(row: own.mean(unit: metric == .cosine))
        return result
    }

    private func nearest(to row: Int, in centroids: Matrix) -> Int? {
        let own = Array(centroids[row: row])
        var best: (row: Int, distance: Float)?
        for other in 0..<centroids.rows where other != row {
            let distance = metric.distance(own, Array(centroids[row: other]))
            if distance < best?.distance ?? .infinity { best = (other, distance) }
        }
        return best?.row
    }

    /// The centroids with the cluster that most surely is two replaced by its halves; nil where none is two.
    ///
    /// The halves are found among every other member, and judged by the rest: in many dimensions any records can be
    /// parted along some line.
    private func parted(_ centroids: Matrix) -> Matrix? {
        guard centroids.rows < ceiling else { return nil }
        let members = members(of: centroids)
        var best: (row: Int, halves: Matrix, valley: Double)?
        for row in 0..<centroids.rows where members[row].count >= Self.leastMembers {
            let fitted = members[row].enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
            let judges = members[row].enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            guard let halves = halves(of: fitted, around: Array(centroids[row: row])) else { continue }
            let sides = NearestTwo.search(queries: vectors.selecting(judges), centroids: halves, metric: metric)
            let first = Double(sides.count { $0.first == 0 }) / Double(judges.count)
            guard min(first, 1 - first) >= Self.leastHalf else { continue }
            let valley = valley(from: Array(halves[row: 0]), to: Array(halves[row: 1]), among: judges)
            if let valley, valley <= min(Self.empty, best?.valley ?? 1) { best = (row, halves, valley) }
        }
        guard let best else { return nil }
        var result = centroids.selecting((0..<centroids.rows).filter { $0 != best.row })
        for half in 0..<2 { result.append(row: Array(best.halves[row: half])) }
        return result
    }

    /// The two means of some members, started from the ends of their widest stretch.
    private func halves(of members: [Int], around centroid: [Float]) -> Matrix? {
        func farthest(from point: [Float]) -> Int? {
            let distances = members.map { metric.distance(point, Array(vectors[row: $0])) }
            return distances.indices.max { distances[$0] < distances[$1] }.map { members[$0] }
        }
        guard let first = farthest(from: centroid), let second = farthest(from: Array(vectors[row: first])),
            first != second
        else { return nil }
        var kmeans = KMeans(data: vectors.selecting(members), metric: metric)
        kmeans.iterations = 8
        let halves = kmeans.run(from: vectors.selecting([first, second])).centroids
        return halves.rows == 2 ? halves : nil
    }

    /// The records about the middle between two points, as a share of those about the point that has fewer; nil where
    /// there are too few to tell.
    private func valley(from first: [Float], to second: [Float], among members: [Int]) -> Double? {
        let way = zip(first, second).map { Double($1) - Double($0) }
        let square = way.reduce(0) { $0 + $1 * $1 }
        guard square > 0 else { return .infinity }
        var counts = (first: 0.0, middle: 0.0, second: 0.0)
        for row in members {
            var product = 0.0
            for (column, value) in vectors[row: row].enumerated() {
                product += (Double(value) - Double(first[column])) * way[column]
            }
            let place = product / square
            if abs(place) <= 0.2 { counts.first += 1 }
            if abs(place - 0.5) <= 0.2 { counts.middle += 1 }
            if abs(place - 1) <= 0.2 { counts.second += 1 }
        }
        let lower = min(counts.first, counts.second)
        guard lower >= Self.leastEnd || counts.middle >= 3 * Self.leastEnd else { return nil }
        return counts.middle / max(lower, 1)
    }
}

extension Matrix {
    /// The mean of the rows, `d` elements, scaled to unit length where `unit` is true.
    fileprivate func mean(unit: Bool) -> [Float] {
        var sum = [Double](repeating: 0, count: columns)
        for row in 0..<rows {
            for (column, value) in self[row: row].enumerated() { sum[column] += Double(value) }
        }
        var mean = Matrix(columns: columns, storage: sum.map { Float($0 / Double(Swift.max(1, rows))) })
        if unit { mean.normalise(row: 0) }
        return mean.storage
    }
}
