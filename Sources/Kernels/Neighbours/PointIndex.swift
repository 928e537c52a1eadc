/// Points made ready for exact search, in the way that their number and dimension make fastest.
package struct PointIndex: Sendable {
    /// The nearest points of each query: `m × k`, ascending by the square of the distance, then by row.
    package struct Nearest: Sendable {
        package var indices: [Int32]
        package var squares: [Double]
    }

    /// The points searched.
    package let points: Matrix
    /// Where the points have few dimensions.
    package let tree: KDTree?
    /// Where they have many.
    let blocks: BlockedSearch?

    /// - Parameters:
    ///   - points: `n × d`, finite.
    ///   - treeDimensions: up to this many columns a tree is used.
    package init(_ points: Matrix, treeDimensions: Int = NeighbourSearch.treeDimensions) {
        self.points = points
        let usesTree = points.columns <= treeDimensions || !BlockedSearch.suits(points)
        tree = usesTree && points.rows > 0 ? KDTree(points) : nil
        blocks = usesTree || points.rows == 0 ? nil : BlockedSearch(points)
    }

    /// The `k` nearest points of each row of `queries`, `k` not above the number of points (of others than itself).
    ///
    /// - Parameter leavingOutSelf: whether a query is the point of the same row and shall not find itself.
    package func nearest(_ k: Int, of queries: Matrix, leavingOutSelf: Bool, lanes: Lanes) -> Nearest {
        var indices: [Int32] = []
        let squares = [Double].shared(queries.rows * k) { squares in
            indices = [Int32].shared(queries.rows * k) { indices in
                let result = NearestWriter(k: k, indices: indices, squares: squares)
                if let tree {
                    tree.nearest(of: queries, leavingOutSelf: leavingOutSelf, lanes: lanes, to: result)
                } else {
                    blocks?.nearest(of: queries, leavingOutSelf: leavingOutSelf, lanes: lanes, to: result)
                }
            }
        }
        return Nearest(indices: indices, squares: squares)
    }
}

/// Where each query's nearest points are written; a query's places belong to whoever answers it.
struct NearestWriter: Sendable {
    let k: Int
    let indices: SharedMemory<Int32>
    let squares: SharedMemory<Double>

    /// The places of one query.
    ///
    /// They hold row 0 at an infinite distance until points are found, which fails only where numbers are not finite.
    func list(_ query: Int) -> NearestList {
        (indices.base + query * k).initialize(repeating: 0, count: k)
        (squares.base + query * k).initialize(repeating: .infinity, count: k)
        return NearestList(k: k, indices: indices.base + query * k, squares: squares.base + query * k)
    }
}

/// The `k` nearest points seen so far, kept in order by the square of the distance, then by the row.
struct NearestList {
    let k: Int
    let indices: UnsafeMutablePointer<Int32>
    let squares: UnsafeMutablePointer<Double>
    private(set) var count = 0
    /// What a point must not exceed to enter; infinite until the list is full.
    private(set) var limit = Double.infinity

    init(k: Int, indices: UnsafeMutablePointer<Int32>, squares: UnsafeMutablePointer<Double>) {
        self.k = k
        self.indices = indices
        self.squares = squares
    }

    /// Takes a point in where it is nearer than the last one.
    @inline(__always)
    mutating func insert(_ square: Double, _ index: Int32) {
        if count == k {
            guard square < limit || (square == limit && index < indices[k - 1]) else { return }
        } else {
            count += 1
        }
        var place = count - 1
        while place > 0 {
            let (before, other) = (squares[place - 1], indices[place - 1])
            guard square < before || (square == before && index < other) else { break }
            squares[place] = before
            indices[place] = other
            place -= 1
        }
        squares[place] = square
        indices[place] = index
        if count == k { limit = squares[k - 1] }
    }
}
