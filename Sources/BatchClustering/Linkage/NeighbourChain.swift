/// A chain of groups, each the nearest of the one before, whose last two are joined once each is the other's nearest.
///
/// Of two joined groups the one that comes later in the order of the records stands for both; that, and going to the
/// first of equally near groups unless the chain came from one of them, is SciPy's order.
struct NeighbourChain {
    private let rule: Linkage.Rule
    private let distances: UnsafeMutablePointer<Double>
    private let owner: DistanceTriangle
    /// The groups that are looked through, alive or not: the record that names each.
    private var names: [Int]
    private var sizes: [Double]
    /// Infinite for groups that are gone, else 0.
    private var absence: [Double]
    private var alive: Int
    /// The groups before this one are gone.
    private var first = 0
    private var chain: [Int] = []
    private(set) var joins: [Linkage.Join] = []

    init(_ distances: DistanceTriangle, weights: [Double]?, rule: Linkage.Rule) {
        self.rule = rule
        owner = distances
        guard let base = distances.storage.baseAddress else { preconditionFailure("allocated memory has no address") }
        self.distances = base
        names = Array(0..<distances.count)
        sizes = weights ?? Array(repeating: 1, count: distances.count)
        absence = Array(repeating: 0, count: distances.count)
        alive = distances.count
        joins.reserveCapacity(max(0, distances.count - 1))
    }

    /// Joins until one group is left.
    mutating func joinAll() {
        while alive > 1 {
            if chain.isEmpty {
                while absence[first] > 0 { first += 1 }
                chain.append(first)
            }
            let top = chain[chain.count - 1]
            let previous = chain.count > 1 ? chain[chain.count - 2] : -1
            let (nearest, distance) = nearest(to: top, previous: previous)
            guard nearest == previous else {
                chain.append(nearest)
                continue
            }
            chain.removeLast(2)
            join(min(top, nearest), max(top, nearest), distance)
            if alive * 4 < names.count * 3, names.count > 256 { compact() }
        }
    }

    private func distance(_ a: Int, _ b: Int) -> Double {
        distances[DistanceTriangle.start(max(a, b)) + min(a, b)]
    }

    private func nearest(to group: Int, previous: Int) -> (group: Int, distance: Double) {
        var (best, least) = (previous, previous >= 0 ? distance(group, previous) : .infinity)
        absence.withUnsafeBufferPointer { absence in
            guard let gone = absence.baseAddress else { return }
            let row = distances + DistanceTriangle.start(group)
            let lowest = Self.least(row, gone, group)
            if lowest < least {
                var place = 0
                while row[place] + gone[place] != lowest { place += 1 }
                (best, least) = (place, lowest)
            }
            var offset = DistanceTriangle.start(group + 1) + group
            for other in group + 1..<max(group + 1, absence.count) {
                let value = distances[offset] + gone[other]
                if value < least { (best, least) = (other, value) }
                offset += other
            }
        }
        return (best, least)
    }

    /// The least of the sums of two sequences.
    @inline(__always)
    private static func least(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
        var lanes = SIMD8<Double>(repeating: .infinity)
        var place = 0
        while place + 8 <= count {
            let left = UnsafeRawPointer(a + place).loadUnaligned(as: SIMD8<Double>.self)
            let right = UnsafeRawPointer(b + place).loadUnaligned(as: SIMD8<Double>.self)
            let sum = left + right
            lanes.replace(with: sum, where: sum .< lanes)
            place += 8
        }
        var least = lanes.min()
        while place < count {
            least = min(least, a[place] + b[place])
            place += 1
        }
        return least
    }

    /// Joins `low` into `high`, which comes later.
    private mutating func join(_ low: Int, _ high: Int, _ between: Double) {
        joins.append(Linkage.Join(a: names[high], b: names[low], height: between))
        let formula = JoinedDistance(rule: rule, between: between, sizeA: sizes[low], sizeB: sizes[high])
        let (lowRow, highRow) = (distances + DistanceTriangle.start(low), distances + DistanceTriangle.start(high))
        for other in 0..<low { highRow[other] = formula.value(lowRow[other], highRow[other], sizes[other]) }
        var offset = DistanceTriangle.start(low + 1) + low
        for other in low + 1..<high {
            highRow[other] = formula.value(distances[offset], highRow[other], sizes[other])
            offset += other
        }
        offset = DistanceTriangle.start(high + 1)
        for other in high + 1..<max(high + 1, names.count) {
            let row = distances + offset
            row[high] = formula.value(row[low], row[high], sizes[other])
            offset += other
        }
        absence[low] = .infinity
        sizes[high] += sizes[low]
        alive -= 1
    }

    /// Moves the living groups together, in order.
    private mutating func compact() {
        let kept = absence.indices.filter { absence[$0] == 0 }
        var place = [Int](repeating: -1, count: names.count)
        var target = 0
        for (row, from) in kept.enumerated() {
            place[from] = row
            let source = distances + DistanceTriangle.start(from)
            // What is written lies never behind what is read.
            for column in 0..<row {
                distances[target] = source[kept[column]]
                target += 1
            }
        }
        names = kept.map { names[$0] }
        sizes = kept.map { sizes[$0] }
        absence = Array(repeating: 0, count: kept.count)
        chain = chain.map { place[$0] }
        first = 0
    }
}

/// The distance of a joined pair to another group (Lance and Williams 1967).
private struct JoinedDistance {
    let rule: Linkage.Rule
    /// The distance of the pair.
    let between: Double
    let sizeA: Double
    let sizeB: Double

    /// - Parameters:
    ///   - a: the distance of the first of the pair to the other group.
    ///   - b: the distance of the second.
    ///   - size: the size of the other group.
    @inline(__always)
    func value(_ a: Double, _ b: Double, _ size: Double) -> Double {
        switch rule {
        case .average:
            return (sizeA * a + sizeB * b) / (sizeA + sizeB)
        case .complete:
            return max(a, b)
        case .ward:
            let share = 1 / (sizeA + sizeB + size)
            let sum =
                (size + sizeA) * share * a * a + (size + sizeB) * share * b * b - size * share * between * between
            return max(0, sum).squareRoot()
        }
    }
}
