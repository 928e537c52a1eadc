import CKernels

/// Vectors in 64-bit floats, laid out 16 by 16 so that the mutual distances of many are found at the machine's speed.
///
/// Under the Euclidean metric distances come from products of the vectors moved by their mean; those too small for that
/// are measured from the vectors themselves, so that all are good to about 1e-10 of their size.
package struct VectorPanels: Sendable {
    /// The vectors of a panel.
    package static let width = 16
    /// The vectors of a part of the work of ``groupSums(groups:count:lanes:body:)``.
    private static let partPanels = 4
    /// The elements of vectors that are multiplied before the next vectors are loaded.
    private static let depth = 192
    /// A square below this share of both squared lengths has lost too many digits.
    private static let precision = 1e-6

    private let vectors: Matrix
    private let metric: Metric
    private let elements: [Double]
    private let squares: [Double]

    /// - Parameter vectors: `n × d`; unit length under the cosine metric.
    package init(_ vectors: Matrix, metric: Metric) {
        self.vectors = vectors
        self.metric = metric
        let (rows, columns, width) = (vectors.rows, vectors.columns, Self.width)
        let shift =
            metric == .euclidean && rows > 0 ? CentroidPacking.mean(vectors) : Array(repeating: 0, count: columns)
        let panels = (rows + width - 1) / width
        var elements = [Double](repeating: 0, count: panels * width * columns)
        var squares = [Double](repeating: 0, count: panels * width)
        vectors.storage.withUnsafeBufferPointer { source in
            elements.withUnsafeMutableBufferPointer { elements in
                for row in 0..<rows {
                    var square = 0.0
                    var place = row / width * width * columns + row % width
                    for column in 0..<columns {
                        let value = Double(source[row * columns + column]) - Double(shift[column])
                        elements[place] = value
                        square += value * value
                        place += width
                    }
                    squares[row] = square
                }
            }
        }
        self.elements = elements
        self.squares = squares
    }

    /// For each vector the sum of its distances to the vectors of each group.
    ///
    /// - Parameters:
    ///   - groups: the group of each vector, ascending.
    ///   - count: the number of groups.
    ///   - body: gets a row and its sums, `count` of them; runs side by side.
    package func groupSums(
        groups: [Int32],
        count: Int,
        lanes: Lanes,
        body: @escaping @Sendable (Int, UnsafePointer<Double>) -> Void
    ) {
        let panels = squares.count / Self.width
        lanes.run((panels + Self.partPanels - 1) / Self.partPanels) { part in
            let own = part * Self.partPanels..<min((part + 1) * Self.partPanels, panels)
            var sums = [Double](repeating: 0, count: own.count * Self.width * count)
            var tiles = [Double](repeating: 0, count: own.count * Self.width * Self.width)
            sums.withUnsafeMutableBufferPointer { sums in
                tiles.withUnsafeMutableBufferPointer { tiles in
                    guard let sums = sums.baseAddress, let tiles = tiles.baseAddress else { return }
                    for other in 0..<panels {
                        multiply(own, other, tiles)
                        add(own, other, tiles, groups: groups, count: count, to: sums)
                    }
                    for row in own.lowerBound * Self.width..<min(own.upperBound * Self.width, vectors.rows) {
                        body(row, sums + (row - own.lowerBound * Self.width) * count)
                    }
                }
            }
        }
    }

    private func multiply(_ own: Range<Int>, _ other: Int, _ tiles: UnsafeMutablePointer<Double>) {
        let (width, columns) = (Self.width, vectors.columns)
        elements.withUnsafeBufferPointer { elements in
            guard let base = elements.baseAddress else { return }
            for start in stride(from: 0, to: columns, by: Self.depth) {
                let depth = min(Self.depth, columns - start)
                for panel in own {
                    VectorMath.kernels.pointee.panel_products(
                        tiles + (panel - own.lowerBound) * width * width,
                        base + (panel * columns + start) * width,
                        base + (other * columns + start) * width,
                        Int64(depth),
                        start > 0 ? 1 : 0
                    )
                }
            }
        }
    }

    private func add(
        _ own: Range<Int>,
        _ other: Int,
        _ tiles: UnsafeMutablePointer<Double>,
        groups: [Int32],
        count: Int,
        to sums: UnsafeMutablePointer<Double>
    ) {
        let width = Self.width
        let valid = min(width, vectors.rows - other * width)
        squares.withUnsafeBufferPointer { squares in
            groups.withUnsafeBufferPointer { groups in
                guard let squares = squares.baseAddress, let groups = groups.baseAddress else { return }
                for panel in own {
                    let tile = tiles + (panel - own.lowerBound) * width * width
                    if metric == .cosine {
                        for place in 0..<width * width { tile[place] = max(0, 1 - tile[place]) }
                        if panel == other { for row in 0..<width { tile[row * width + row] = 0 } }
                    } else if VectorMath.kernels.pointee.panel_distances(
                        tile,
                        squares + panel * width,
                        squares + other * width,
                        Self.precision
                    ) != 0 {
                        measure(panel, other, tile)
                    }
                    VectorMath.kernels.pointee.panel_group_sums(
                        sums + (panel - own.lowerBound) * width * count,
                        Int64(count),
                        tile,
                        groups + other * width,
                        Int64(valid)
                    )
                }
            }
        }
    }

    /// Measures the distances that the products gave with too few digits.
    private func measure(_ panel: Int, _ other: Int, _ tile: UnsafeMutablePointer<Double>) {
        let (width, columns, rows) = (Self.width, vectors.columns, vectors.rows)
        vectors.storage.withUnsafeBufferPointer { source in
            guard let base = source.baseAddress else { return }
            for place in 0..<width * width where tile[place] < 0 {
                let (a, b) = (panel * width + place / width, other * width + place % width)
                tile[place] =
                    a < rows && b < rows
                    ? VectorMath.exactSquaredDistance(base + a * columns, base + b * columns, count: columns)
                        .squareRoot() : 0
            }
        }
    }
}
