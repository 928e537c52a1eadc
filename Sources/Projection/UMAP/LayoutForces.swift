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

    /// Moves all points of `layout` (`n × e`), which the graph's columns number too.
    ///
    /// In an epoch a point sees the others where the epoch before has left them, so the order does not matter.
    func arrange(_ layout: inout Matrix, lanes: Lanes) {
        var next = layout.storage
        layout.storage.withShared { first in
            next.withShared { second in
                for epoch in 1...epochs {
                    let (from, to) = epoch % 2 == 1 ? (first, second) : (second, first)
                    let rate = step(epoch)
                    lanes.run(over: graph.count, by: Self.partRows) { rows in
                        move(rows, epoch, rate, among: from, count: graph.count, from: from, to: to, mutual: true)
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
        var fixed = fixed
        layout.storage.withShared { points in
            fixed.storage.withShared { others in
                let count = others.elements.count / dimensions
                lanes.run(over: graph.count, by: 32) { rows in
                    for epoch in 1...epochs {
                        let rate = step(epoch)
                        move(rows, epoch, rate, among: others, count: count, from: points, to: points, mutual: false)
                    }
                }
            }
        }
    }

    private func step(_ epoch: Int) -> Float {
        Float(learningRate * (1 - Double(epoch - 1) / Double(epochs)))
    }

    /// One epoch of some points.
    ///
    /// Lane 0 holds the other end of the edge, the lanes behind it points drawn at random.
    private func move(
        _ rows: Range<Int>,
        _ epoch: Int,
        _ rate: Float,
        among others: SharedBuffer<Float>,
        count: Int,
        from: SharedBuffer<Float>,
        to: SharedBuffer<Float>,
        mutual: Bool
    ) {
        let field = ForceField(curve: curve, negativeSamples: negativeSamples, mutual: mutual)
        withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: dimensions) { differences in
            for row in rows {
                let own = row * dimensions
                for column in 0..<dimensions { to[own + column] = from[own + column] }
                var random = SeededGenerator(seed: SeededGenerator.mix(seeds[row] &+ UInt64(epoch)))
                for edge in graph.offsets[row]..<graph.offsets[row + 1] {
                    let phase = UInt32(truncatingIfNeeded: epoch) &* rates[edge]
                    guard phase < rates[edge] else { continue }
                    let drawn = Self.draw(&random, count, first: graph.columns[edge])
                    var squares = SIMD8<Float>(repeating: 0)
                    for column in 0..<dimensions {
                        let position = to[own + column]
                        var difference = SIMD8<Float>(repeating: position)
                        for lane in 0...negativeSamples {
                            difference[lane] = position - others[Int(drawn[lane]) * dimensions + column]
                        }
                        differences[column] = difference
                        squares += difference * difference
                    }
                    let force = field.factors(
                        squares,
                        hidden: mutual ? drawn .== SIMD8(repeating: Int32(row)) : SIMDMask(repeating: false)
                    )
                    let bound = SIMD8<Float>(repeating: Self.clip)
                    for column in 0..<dimensions {
                        let moves = pointwiseMax(-bound, pointwiseMin(bound, force * differences[column]))
                        let sum = mutual ? moves.sum() + moves[0] : moves.sum()
                        to[own + column] += rate * sum
                    }
                }
            }
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

/// What the difference of two points is multiplied with to get the step.
struct ForceField {
    private let a: Float
    private let b: Float
    private let attraction: SIMD8<Float>
    private let repulsion: SIMD8<Float>
    private let softening: SIMD8<Float>

    /// Keeps repulsion finite where points meet.
    private static let nearest: Float = 1e-3

    init(curve: MembershipCurve, negativeSamples: Int, mutual: Bool) {
        (a, b) = (Float(curve.a), Float(curve.b))
        var attraction = SIMD8<Float>(repeating: 0)
        var repulsion = SIMD8<Float>(repeating: 0)
        var softening = SIMD8<Float>(repeating: Self.nearest)
        attraction[0] = Float(-2 * curve.a * curve.b)
        softening[0] = 0
        for lane in 1...negativeSamples { repulsion[lane] = Float(2 * curve.b) }
        self.attraction = attraction
        self.repulsion = repulsion
        self.softening = softening
    }

    /// - Parameters:
    ///   - squares: of the distances.
    ///   - hidden: lanes without a force.
    @inline(__always)
    func factors(_ squares: SIMD8<Float>, hidden: SIMDMask<SIMD8<Int32>>) -> SIMD8<Float> {
        let bounded = pointwiseMax(squares, SIMD8(repeating: 1e-20))
        let power = FastPower.power(bounded, b)
        let force = (attraction * power + repulsion) / ((bounded + softening) * (power * a + 1))
        return force.replacing(with: 0, where: hidden)
    }
}
