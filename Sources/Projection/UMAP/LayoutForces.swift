import Kernels

/// The steps by which UMAP moves points: along an edge towards the other end, and away from a few points drawn at
/// random (McInnes, Healy and Melville 2018, section 4.2 and algorithm 5).
struct LayoutForces {
    let graph: SparseGraph
    let dimensions: Int
    let epochs: Int
    let negativeSamples: Int
    let learningRate: Double
    let curve: MembershipCurve
    /// Where the randomness of each point comes from.
    let seeds: [UInt64]

    /// The share of the epochs in which each edge is followed, in units of 2^-32: its weight over the largest.
    private let rates: [UInt32]

    /// No step in one dimension is longer than this times the learning rate.
    private static let clip: Float = 4
    private static let partRows = 256
    private static let newRows = 32

    init(
        graph: SparseGraph,
        dimensions: Int,
        epochs: Int,
        options: UMAPOptions,
        curve: MembershipCurve,
        seeds: [UInt64],
        learningRate: Double
    ) {
        let largest = graph.weights.max() ?? 1
        // Edges that would not be followed once.
        self.graph = graph.filtered { $0 >= largest / Float(epochs) }
        self.dimensions = dimensions
        self.epochs = epochs
        self.curve = curve
        self.seeds = seeds
        self.learningRate = learningRate
        negativeSamples = options.negativeSamples
        rates = self.graph.weights.map { UInt32(min(Double($0 / largest) * 0x1p32, 0x1p32 - 1)) }
    }

    /// The points that a moving point sees.
    private struct Surroundings {
        let places: SharedBuffer<Float>
        let count: Int
        let field: ForceField
        /// Whether they are the moving points themselves, which then pull from both ends of an edge.
        let mutual: Bool
    }

    /// Moves all points of `layout` (`n × e`), which the graph's columns number too.
    ///
    /// In an epoch a point sees the others where the epoch before has left them, so the order does not matter.
    func arrange(_ layout: inout Matrix, lanes: Lanes) {
        let field = ForceField(curve: curve, negativeSamples: negativeSamples)
        var next = layout.storage
        layout.storage.withShared { first in
            next.withShared { second in
                for epoch in 1...epochs {
                    let (from, to) = epoch % 2 == 1 ? (first, second) : (second, first)
                    let others = Surroundings(places: from, count: graph.count, field: field, mutual: true)
                    lanes.run(over: graph.count, by: Self.partRows) { rows in
                        for row in rows {
                            for column in 0..<dimensions {
                                to[row * dimensions + column] = from[row * dimensions + column]
                            }
                        }
                        move(rows, of: to, among: others, epoch: epoch)
                    }
                }
                if epochs % 2 == 1 {
                    for index in 0..<graph.count * dimensions { first[index] = second[index] }
                }
            }
        }
    }

    /// Moves the points of `layout` (`m × e`) among `fixed` (`n × e`), which the graph's columns number.
    func arrange(_ layout: inout Matrix, among fixed: Matrix, lanes: Lanes) {
        let field = ForceField(curve: curve, negativeSamples: negativeSamples)
        var fixed = fixed
        layout.storage.withShared { points in
            fixed.storage.withShared { places in
                let count = places.elements.count / dimensions
                let others = Surroundings(places: places, count: count, field: field, mutual: false)
                lanes.run(over: graph.count, by: Self.newRows) { rows in
                    for epoch in 1...epochs { move(rows, of: points, among: others, epoch: epoch) }
                }
            }
        }
    }

    /// One epoch of some points.
    private func move(
        _ rows: Range<Int>,
        of points: SharedBuffer<Float>,
        among others: Surroundings,
        epoch: Int
    ) {
        let rate = Float(learningRate * (1 - Double(epoch - 1) / Double(epochs)))
        withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: dimensions) { differences in
            for row in rows {
                var random = SeededGenerator(seed: SeededGenerator.mix(seeds[row] &+ UInt64(epoch)))
                for edge in graph.offsets[row]..<graph.offsets[row + 1] {
                    // The multiples of the rate pass a whole number.
                    guard UInt32(truncatingIfNeeded: epoch) &* rates[edge] < rates[edge] else { continue }
                    let drawn = Self.draw(&random, others.count, first: graph.columns[edge])
                    follow(drawn, row, of: points, among: others, rate, differences)
                }
            }
        }
    }

    /// One step of a point: lane 0 of `drawn` is the other end of the edge, the lanes behind it push away.
    @inline(__always)
    private func follow(
        _ drawn: SIMD8<Int32>,
        _ row: Int,
        of points: SharedBuffer<Float>,
        among others: Surroundings,
        _ rate: Float,
        _ differences: UnsafeMutableBufferPointer<SIMD8<Float>>
    ) {
        let own = row * dimensions
        var squares = SIMD8<Float>(repeating: 0)
        for column in 0..<dimensions {
            let position = points[own + column]
            var difference = SIMD8<Float>(repeating: position)
            for lane in 0...negativeSamples {
                difference[lane] = position - others.places[Int(drawn[lane]) * dimensions + column]
            }
            differences[column] = difference
            squares += difference * difference
        }
        let itself = drawn .== SIMD8(repeating: Int32(row))
        let factors = others.field.factors(squares)
        let force = others.mutual ? factors.replacing(with: 0, where: itself) : factors
        let bound = SIMD8<Float>(repeating: Self.clip)
        for column in 0..<dimensions {
            let moves = pointwiseMax(-bound, pointwiseMin(bound, force * differences[column]))
            points[own + column] += rate * (others.mutual ? moves.sum() + moves[0] : moves.sum())
        }
    }

    /// `first` and seven numbers below `count`.
    @inline(__always)
    private static func draw(_ random: inout SeededGenerator, _ count: Int, first: Int32) -> SIMD8<Int32> {
        var drawn = SIMD8<Int32>(repeating: first)
        for pair in 0..<4 {
            let word = random.next()
            if pair > 0 { drawn[2 * pair] = Int32(truncatingIfNeeded: ((word >> 32) &* UInt64(count)) >> 32) }
            drawn[2 * pair + 1] = Int32(truncatingIfNeeded: ((word & 0xFFFF_FFFF) &* UInt64(count)) >> 32)
        }
        return drawn
    }
}
