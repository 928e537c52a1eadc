/// Which living cluster each of a candidate's clusters continues, and what becomes of the others.
struct Matching: Sendable {
    /// The living cluster that each of the candidate's continues.
    private(set) var source: [Int?]
    /// The candidate's cluster that continues each living one.
    private(set) var target: [Int?]
    /// What it was decided by.
    let overlap: Overlap
    private let options: LineageOptions
    /// Whether the clusters follow a drift.
    private let isDrifting: Bool

    /// The one-to-one matching that shares the most weighted members among pairs that have enough in common; where
    /// members do not decide, the nearer centroid does. Living clusters that lost their place then continue in a group
    /// that lies a little ahead of them.
    init(overlap: Overlap, options: LineageOptions, isDrifting: Bool = false) {
        self.overlap = overlap
        self.options = options
        self.isDrifting = isDrifting
        source = Array(repeating: nil, count: overlap.candidates)
        target = Array(repeating: nil, count: overlap.living)
        for group in groups() { match(group) }
        followPaths()
    }

    /// Whether a living cluster and one of the candidate's may be one: they share enough members, or their centroids lie
    /// about the same place.
    private func mayBeOne(_ row: Int, _ column: Int) -> Bool {
        let place = row * overlap.candidates + column
        guard overlap.nearest[place] > 0 else { return false }
        let smaller = min(overlap.livingSizes[row], overlap.candidateSizes[column])
        if smaller > 0, overlap.shared[place] >= options.sameShare * smaller { return true }
        return overlap.distances[place] <= 0.25 * overlap.livingReach[row]
    }

    /// Independent parts of the matching: clusters that are linked by pairs that may be one.
    private func groups() -> [(rows: [Int], columns: [Int])] {
        var parent = Array(0..<overlap.living + overlap.candidates)
        func root(_ node: Int) -> Int {
            var node = node
            while parent[node] != node { node = parent[node] }
            return node
        }
        for row in 0..<overlap.living {
            for column in 0..<overlap.candidates where mayBeOne(row, column) {
                let (a, b) = (root(row), root(overlap.living + column))
                parent[max(a, b)] = min(a, b)
            }
        }
        var place: [Int: Int] = [:]
        var groups: [(rows: [Int], columns: [Int])] = []
        for node in parent.indices {
            let name = root(node)
            let index = place[name] ?? groups.count
            if index == groups.count {
                place[name] = index
                groups.append(([], []))
            }
            if node < overlap.living {
                groups[index].rows.append(node)
            } else {
                groups[index].columns.append(node - overlap.living)
            }
        }
        return groups.filter { !$0.rows.isEmpty && !$0.columns.isEmpty }
    }

    private mutating func match(_ group: (rows: [Int], columns: [Int])) {
        var values: [Double] = []
        for row in group.rows {
            let reach = max(overlap.livingReach[row], .leastNormalMagnitude)
            for column in group.columns {
                let place = row * overlap.candidates + column
                guard mayBeOne(row, column) else {
                    values.append(0)
                    continue
                }
                values.append(overlap.shared[place] + 0.5 / (1 + overlap.distances[place] / reach))
            }
        }
        let solved = OptimalAssignment.solve(values: values, rows: group.rows.count, columns: group.columns.count)
        for (index, found) in solved.enumerated() {
            guard let found, mayBeOne(group.rows[index], group.columns[found]) else { continue }
            target[group.rows[index]] = group.columns[found]
            source[group.columns[found]] = group.rows[index]
        }
    }

    /// A cluster that nobody continues, and that no other took in, went on in a group without a past that lies near it
    /// and of whose members it was the nearest cluster: it moved faster than it was followed.
    private mutating func followPaths() {
        var steps: [(distance: Double, row: Int, column: Int)] = []
        for row in target.indices where target[row] == nil && heir(of: row) == nil {
            for column in source.indices where source[column] == nil && origin(of: column) == nil {
                let place = row * overlap.candidates + column
                let all = (0..<overlap.living).reduce(0) { $0 + overlap.nearest[$1 * overlap.candidates + column] }
                let distance = overlap.distances[place]
                if distance <= options.pathReach * overlap.livingReach[row],
                    overlap.nearest[place] >= options.partShare * all, all > 0
                {
                    steps.append((distance, row, column))
                }
            }
        }
        for step in steps.sorted(by: { ($0.distance, $0.row, $0.column) < ($1.distance, $1.row, $1.column) })
        where target[step.row] == nil && source[step.column] == nil {
            target[step.row] = step.column
            source[step.column] = step.row
        }
    }

    /// The living cluster that a new one is a part of: most of its members came from there, and they are a fair share of
    /// that cluster's.
    func origin(of column: Int) -> Int? {
        (0..<overlap.living).first {
            overlap.share(of: column, from: $0) >= options.partShare
                && overlap.share(ofLiving: $0, to: column) >= options.splitShare
        }
    }

    /// The living cluster that a new one has parted from: the one that it is a part of, or, while the stream drifts, the
    /// one that lives on beside it, no farther than a path leads. There the part has left the reach of the cluster, which
    /// follows the other part, before the two can be told apart.
    func parent(of column: Int) -> Int? {
        if let origin = origin(of: column) { return origin }
        guard isDrifting else { return nil }
        let all = (0..<overlap.living).reduce(0) { $0 + overlap.nearest[$1 * overlap.candidates + column] }
        return (0..<overlap.living).first { row in
            let place = row * overlap.candidates + column
            return all > 0 && target[row] != nil && overlap.nearest[place] >= options.partShare * all
                && overlap.distances[place] <= options.pathReach * overlap.livingReach[row]
        }
    }

    /// The cluster of the candidate that took in a living one: it was alive, most of its members went there, and its
    /// centroid lies there too. Where it is not sure that it was alive, its centroid must lie within the reach that the
    /// other had before it took in what may be remains.
    func heir(of row: Int) -> Int? {
        guard overlap.recentShares[row] >= options.aliveShare else { return nil }
        let isSure = overlap.recentShares[row] >= (options.aliveShare + 0.5) / 2
        return (0..<overlap.candidates).first { column in
            let before = isSure ? .infinity : source[column].map { 1.25 * overlap.livingReach[$0] } ?? .infinity
            return overlap.share(ofLiving: row, to: column) >= options.partShare
                && overlap.distances[row * overlap.candidates + column] <= min(overlap.candidateReach[column], before)
        }
    }
}
