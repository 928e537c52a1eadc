import Kernels

/// Weighted edges between points, row after row, in each row by ascending column.
struct SparseGraph: Sendable, Equatable {
    /// Where each row starts: `n + 1` elements.
    var offsets: [Int]
    /// The other end of each edge.
    var columns: [Int32]
    /// The weight of each edge.
    var weights: [Float]

    /// The number of points, `n`.
    var count: Int { offsets.count - 1 }

    /// The edges of one row.
    func range(_ row: Int) -> Range<Int> { offsets[row]..<offsets[row + 1] }

    /// The symmetric graph of directed edges: each pair gets `merge(w, v)` of the weights of both directions, 0 where
    /// there is no edge. `merge` is symmetric.
    ///
    /// - Parameters:
    ///   - neighbours: the targets, `n × k`; no row has a target twice.
    ///   - weights: of the edges, `n × k`; edges of weight 0 are none.
    init(neighbours: NeighbourTable, weights: [Float], merge: (Float, Float) -> Float) {
        let (rows, k) = (neighbours.rows, neighbours.neighbours)
        let forward = Self.directed(rows, k, neighbours.indices, weights)
        let backward = forward.transposed()
        offsets = [0]
        columns = []
        self.weights = []
        columns.reserveCapacity(forward.columns.count * 2)
        self.weights.reserveCapacity(forward.columns.count * 2)
        for row in 0..<rows {
            var (i, j) = (forward.offsets[row], backward.offsets[row])
            let (iEnd, jEnd) = (forward.offsets[row + 1], backward.offsets[row + 1])
            while i < iEnd || j < jEnd {
                let left = i < iEnd ? forward.columns[i] : .max
                let right = j < jEnd ? backward.columns[j] : .max
                let target = min(left, right)
                columns.append(target)
                self.weights.append(
                    merge(left == target ? forward.weights[i] : 0, right == target ? backward.weights[j] : 0)
                )
                if left == target { i += 1 }
                if right == target { j += 1 }
            }
            offsets.append(columns.count)
        }
    }

    /// Directed edges as they are, in each row in the order of `neighbours`.
    init(directed neighbours: NeighbourTable, weights: [Float]) {
        offsets = (0...neighbours.rows).map { $0 * neighbours.neighbours }
        columns = neighbours.indices
        self.weights = weights
    }

    private init(offsets: [Int], columns: [Int32], weights: [Float]) {
        self.offsets = offsets
        self.columns = columns
        self.weights = weights
    }

    private static func directed(_ rows: Int, _ k: Int, _ targets: [Int32], _ weights: [Float]) -> SparseGraph {
        var graph = SparseGraph(offsets: [0], columns: [], weights: [])
        for row in 0..<rows {
            for place in (row * k..<(row + 1) * k).sorted(by: { targets[$0] < targets[$1] }) where weights[place] > 0 {
                graph.columns.append(targets[place])
                graph.weights.append(weights[place])
            }
            graph.offsets.append(graph.columns.count)
        }
        return graph
    }

    private func transposed() -> SparseGraph {
        var places = [Int](repeating: 0, count: count + 1)
        for column in columns { places[Int(column) + 1] += 1 }
        for row in 0..<count { places[row + 1] += places[row] }
        var result = SparseGraph(
            offsets: places,
            columns: [Int32](repeating: 0, count: columns.count),
            weights: [Float](repeating: 0, count: columns.count)
        )
        for row in 0..<count {
            for edge in range(row) {
                let target = Int(columns[edge])
                result.columns[places[target]] = Int32(row)
                result.weights[places[target]] = weights[edge]
                places[target] += 1
            }
        }
        return result
    }

    /// The graph without edges for which `keep` is false of the weight.
    func filtered(_ keep: (Float) -> Bool) -> SparseGraph {
        var graph = SparseGraph(offsets: [0], columns: [], weights: [])
        for row in 0..<count {
            for edge in range(row) where keep(weights[edge]) {
                graph.columns.append(columns[edge])
                graph.weights.append(weights[edge])
            }
            graph.offsets.append(graph.columns.count)
        }
        return graph
    }

    /// The edges among `members` (ascending), renumbered by their place there.
    func restricted(to members: [Int]) -> SparseGraph {
        var place = [Int32](repeating: -1, count: count)
        for (index, member) in members.enumerated() { place[member] = Int32(index) }
        var graph = SparseGraph(offsets: [0], columns: [], weights: [])
        for member in members {
            for edge in range(member) where place[Int(columns[edge])] >= 0 {
                graph.columns.append(place[Int(columns[edge])])
                graph.weights.append(weights[edge])
            }
            graph.offsets.append(graph.columns.count)
        }
        return graph
    }

    /// The points that are joined by edges, group by group; each ascending, in the order of their first points.
    func connectedComponents() -> [[Int]] {
        var group = [Int](repeating: -1, count: count)
        var sizes = 0
        for start in 0..<count where group[start] < 0 {
            group[start] = sizes
            var open = [start]
            while let row = open.popLast() {
                for edge in range(row) where group[Int(columns[edge])] < 0 {
                    group[Int(columns[edge])] = sizes
                    open.append(Int(columns[edge]))
                }
            }
            sizes += 1
        }
        var members = [[Int]](repeating: [], count: sizes)
        for (row, number) in group.enumerated() { members[number].append(row) }
        return members
    }
}
