import Kernels

extension Model {
    /// Where the members of new prototypes have moved while they were sampled, places the prototypes at the newest of
    /// them, and lets these alone count as their inertia.
    ///
    /// The means of the older and of the newer half of `n` members differ by a squared distance of `4σ²/n` on average if
    /// nothing moves; only where the ratio is well above 1 over all prototypes is the newer half taken, and then again
    /// its newer half.
    func settle(_ built: inout [Built], members: [[Int]], placement: Placement, layout: PrototypeLayout) {
        var parts: [(cluster: Int, place: Int, rows: [Int], ratio: Double)] = []
        for (index, item) in built.enumerated() {
            let prototypes = layout.rows(of: item.column)
            var rows = [[Int]](repeating: [], count: prototypes.count)
            for row in members[item.column] { rows[placement.new[row].prototype - prototypes.lowerBound].append(row) }
            for (place, rows) in rows.filter({ !$0.isEmpty }).enumerated() where rows.count >= Self.leastSettled {
                let ordered = rows.sorted { placement.records[$0].record < placement.records[$1].record }
                parts.append((index, place, ordered, ratio(ordered, placement)))
            }
        }
        guard !parts.isEmpty else { return }
        let pooled = parts.reduce(0) { $0 + $1.ratio } / Double(parts.count)
        guard pooled > Self.pooledLimit else { return }
        for part in parts where part.ratio > Pursuit.limit {
            var rows = part.rows
            repeat {
                rows = Array(rows.suffix(rows.count / 2))
            } while rows.count >= Self.leastSettled
                && ratio(rows, placement) > Pursuit.limit
            let mean = mean(rows, placement)
            let start = part.place * dimension
            built[part.cluster].means.replaceSubrange(start..<start + dimension, with: mean.map(Float.init))
            built[part.cluster].cluster.pursuits[part.place].inertia = min(
                built[part.cluster].cluster.pursuits[part.place].inertia,
                Double(rows.count)
            )
        }
    }

    /// Members that can be told to move.
    private static let leastSettled = 10
    /// The mean ratio of all prototypes from which the stream drifts.
    private static let pooledLimit = 2.2

    /// The squared distance of the means of both halves, relative to what is expected of members that do not move.
    private func ratio(_ rows: [Int], _ placement: Placement) -> Double {
        let half = rows.count / 2
        let older = Array(rows.prefix(half))
        let newer = Array(rows.suffix(rows.count - half))
        let a = mean(older, placement)
        let b = mean(newer, placement)
        let between = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let within = squares(older, a, placement) + squares(newer, b, placement)
        guard rows.count > 2, within > 0 else { return 0 }
        let variance = within / Double(rows.count - 2)
        return between / (variance * (1 / Double(older.count) + 1 / Double(newer.count)))
    }

    private func mean(_ rows: [Int], _ placement: Placement) -> [Double] {
        var sum = [Double](repeating: 0, count: dimension)
        for row in rows {
            for (column, value) in placement.data[row: row].enumerated() { sum[column] += Double(value) }
        }
        return sum.map { $0 / Double(rows.count) }
    }

    private func squares(_ rows: [Int], _ mean: [Double], _ placement: Placement) -> Double {
        rows.reduce(0.0) { sum, row in
            zip(placement.data[row: row], mean).reduce(sum) {
                $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1)
            }
        }
    }
}
