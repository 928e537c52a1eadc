public import Kernels

/// Uniform manifold approximation and projection (McInnes, Healy and Melville 2018, arXiv:1802.03426): a layout in
/// which points lie near to each other that are neighbours.
///
/// Equal vectors, options and seed give the same layout, whatever the lanes are.
public struct UMAP: Projector {
    /// Where the fitted vectors lie, `n × e`.
    public let layout: Matrix
    /// The settings.
    public let options: UMAPOptions
    /// The metric of the vectors.
    public let metric: Metric

    private let vectors: Matrix
    private let curve: MembershipCurve
    private let seed: UInt64

    /// The number of dimensions it maps from, `d`.
    public var inputs: Int { vectors.columns }
    /// The number of dimensions it maps to, `e`.
    public var outputs: Int { options.dimensions }

    /// Lays out `vectors`.
    ///
    /// - Parameters:
    ///   - vectors: `n × d`, finite; unit length under the cosine metric.
    ///   - metric: how far apart two vectors are.
    ///   - options: the settings.
    ///   - older: `n × e`, finite: where the points lay before, so that they start there and the map keeps its shape;
    ///     nil: they start from the spectrum of their graph.
    ///   - seed: where all randomness comes from.
    ///   - lanes: what runs independent parts side by side.
    /// - Throws: ``ProjectionError/unsuitable(_:)`` where there are fewer than two vectors, a setting is out of its range
    ///   or `older` has another shape.
    public init(
        of vectors: Matrix,
        metric: Metric = .euclidean,
        options: UMAPOptions = UMAPOptions(),
        startingFrom older: Matrix? = nil,
        seed: UInt64 = 0,
        lanes: Lanes = .serial
    ) throws(ProjectionError) {
        try options.validate()
        guard vectors.rows >= 2 else {
            throw .unsuitable("UMAP of \(vectors.rows) vectors: at least 2 are needed")
        }
        var generator = SeededGenerator(seed: seed)
        let curve = MembershipCurve(minimumDistance: options.minimumDistance, spread: options.spread)
        let graph = Self.graph(of: vectors, metric, neighbours: options.neighbours, lanes: lanes)
        let start = StartingLayout(graph: graph, vectors: vectors, dimensions: options.dimensions, lanes: lanes)
        var layout = older ?? start.coordinates(generator: &generator)
        guard layout.rows == vectors.rows, layout.columns == options.dimensions else {
            throw .unsuitable(
                "UMAP of \(vectors.rows) vectors into \(options.dimensions) dimensions cannot start from a layout of "
                    + "\(layout.rows) x \(layout.columns): give a place to each vector, or none"
            )
        }
        LayoutForces(
            graph: graph,
            dimensions: options.dimensions,
            epochs: options.epochs(for: vectors.rows),
            options: options,
            curve: curve,
            seeds: (0..<vectors.rows).map { _ in generator.next() },
            learningRate: older == nil ? options.learningRate : options.learningRate / Self.gentle
        ).arrange(&layout, lanes: lanes)
        self.layout = layout
        self.options = options
        self.metric = metric
        self.vectors = vectors
        self.curve = curve
        self.seed = generator.next()
    }

    /// The fuzzy union of the points' surroundings (section 3.1): the weight of an edge is the probability that at
    /// least one of its ends knows the other.
    static func graph(of vectors: Matrix, _ metric: Metric, neighbours: Int, lanes: Lanes) -> SparseGraph {
        let nearest = NeighbourSearch.nearest(neighbours - 1, in: vectors, metric: metric, lanes: lanes)
        let widths = NeighbourWidths(nearest, lanes: lanes)
        return SparseGraph(
            neighbours: nearest,
            weights: widths.memberships(distances: nearest.distances, k: nearest.neighbours)
        ) { $0 + $1 - $0 * $1 }
    }

    /// Where new vectors belong, `m × e`: among their nearest fitted ones, which stay where they are. A vector's place is
    /// the same whatever the others are.
    ///
    /// - Parameters:
    ///   - vectors: `m × d`, finite; unit length under the cosine metric.
    ///   - lanes: what runs independent parts side by side.
    public func transform(_ vectors: Matrix, lanes: Lanes = .serial) -> Matrix {
        precondition(vectors.columns == inputs, "vectors need as many dimensions as the layout was fitted to")
        guard vectors.rows > 0 else { return Matrix(rows: 0, columns: outputs) }
        let nearest = NeighbourSearch.nearest(
            options.neighbours,
            of: vectors,
            among: self.vectors,
            metric: metric,
            lanes: lanes
        )
        let widths = NeighbourWidths(toOthers: nearest, lanes: lanes)
        // Relative to the strongest of each row, so that a vector's place does not depend on the others'.
        var weights = widths.memberships(distances: nearest.distances, k: nearest.neighbours)
        for row in 0..<vectors.rows {
            let places = row * nearest.neighbours..<(row + 1) * nearest.neighbours
            let largest = max(weights[places].max() ?? 0, .leastNormalMagnitude)
            for place in places { weights[place] /= largest }
        }
        let graph = SparseGraph(directed: nearest, weights: weights)
        var result = means(of: graph)
        LayoutForces(
            graph: graph,
            dimensions: outputs,
            epochs: options.epochs.map { max(1, $0 / 3) } ?? Self.transformEpochs,
            options: options,
            curve: curve,
            seeds: (0..<vectors.rows).map { row in
                vectors[row: row].reduce(seed) { SeededGenerator.mix($0 ^ UInt64($1.bitPattern)) }
            },
            learningRate: options.learningRate / Self.gentle
        ).arrange(&result, among: layout, lanes: lanes)
        return result
    }

    private static let transformEpochs = 100
    /// Points that start near their places take steps shorter by this.
    private static let gentle = 4.0

    /// The means of the fitted points that each row of `graph` has edges to, by their weights.
    private func means(of graph: SparseGraph) -> Matrix {
        var result = Matrix(rows: graph.count, columns: outputs)
        for row in 0..<graph.count {
            let total = graph.range(row).reduce(Float(0)) { $0 + graph.weights[$1] }
            for edge in graph.range(row) {
                let share = total > 0 ? graph.weights[edge] / total : 1 / Float(graph.range(row).count)
                for (column, value) in layout[row: Int(graph.columns[edge])].enumerated() {
                    result.storage[row * outputs + column] += share * value
                }
            }
        }
        return result
    }
}
