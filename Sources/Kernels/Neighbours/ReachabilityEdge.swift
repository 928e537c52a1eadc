/// An edge of the graph of mutual reachability, between positions of a tree's order.
///
/// Edges are ordered by reachability, then by distance, then by position, so that no two are equal and the least of
/// several does not depend on the order of the search.
struct ReachabilityEdge: Comparable, Sendable {
    /// The square of the mutual reachability.
    var reach: Double
    /// The square of the distance.
    var square: Double
    /// The lower position.
    var low: Int32
    /// The higher position.
    var high: Int32

    /// Greater than any edge.
    static let none = ReachabilityEdge(reach: .infinity, square: .infinity, low: .max, high: .max)

    init(reach: Double, square: Double, low: Int32, high: Int32) {
        self.reach = reach
        self.square = square
        self.low = low
        self.high = high
    }

    @inline(__always)
    init(_ a: Int32, _ b: Int32, reach: Double, square: Double) {
        self.init(reach: reach, square: square, low: min(a, b), high: max(a, b))
    }

    @inline(__always)
    static func < (a: Self, b: Self) -> Bool {
        if a.reach != b.reach { return a.reach < b.reach }
        if a.square != b.square { return a.square < b.square }
        return a.low != b.low ? a.low < b.low : a.high < b.high
    }

    /// Whether an edge of at least this reach and this length may be less.
    @inline(__always)
    func admits(reach: Double, square: Double) -> Bool {
        reach < self.reach || (reach == self.reach && square <= self.square)
    }
}
