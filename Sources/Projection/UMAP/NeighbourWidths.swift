import Foundation
import Kernels

/// The local scale of each point: how far its nearest neighbour is and how fast membership falls off beyond
/// (McInnes, Healy and Melville 2018, section 3.1 and algorithm 3).
struct NeighbourWidths: Sendable, Equatable {
    /// The distance from which on membership falls off: that of the nearest neighbour that is not at distance 0.
    var offsets: [Float]
    /// The width of the fall.
    var widths: [Float]

    /// No width is less than this share of the mean distance.
    private static let least = 1e-3

    /// The scales of points among themselves: a point is its own first neighbour, so the memberships of the others sum
    /// up to `log2(k + 1)`.
    init(_ nearest: NeighbourTable, lanes: Lanes) {
        self.init(nearest, target: log2(Double(nearest.neighbours + 1)), selves: 1, skipped: 0, connected: true, lanes)
    }

    /// The scales of new points among fitted ones: there is no offset, and the nearest counts as a point itself does.
    init(toOthers nearest: NeighbourTable, lanes: Lanes) {
        self.init(nearest, target: log2(Double(nearest.neighbours)), selves: 0, skipped: 1, connected: false, lanes)
    }

    private init(
        _ nearest: NeighbourTable,
        target: Double,
        selves: Int,
        skipped: Int,
        connected: Bool,
        _ lanes: Lanes
    ) {
        let (distances, k) = (nearest.distances, nearest.neighbours)
        let rows = distances.count / max(1, k)
        let overall = distances.reduce(0.0) { $0 + Double($1) } / Double(max(1, rows * (k + selves)))
        var offsets = [Float](repeating: 0, count: rows)
        var widths = [Float](repeating: 0, count: rows)
        offsets.withShared { offsets in
            widths.withShared { widths in
                lanes.run(over: rows, by: 512) { part in
                    for row in part {
                        let own = distances[row * k..<(row + 1) * k]
                        let offset = connected ? Double(own.first { $0 > 0 } ?? 0) : 0
                        let width = Self.width(own.dropFirst(skipped), offset, target)
                        let mean = own.reduce(0.0) { $0 + Double($1) } / Double(k + selves)
                        offsets[row] = Float(offset)
                        widths[row] = Float(max(width, Self.least * (offset > 0 ? mean : overall)))
                    }
                }
            }
        }
        self.offsets = offsets
        self.widths = widths
    }

    /// The width by which the memberships sum up to `target`, by bisection.
    private static func width(_ distances: ArraySlice<Float>, _ offset: Double, _ target: Double) -> Double {
        var (low, high, middle) = (0.0, Double.infinity, 1.0)
        for _ in 0..<64 {
            let sum = distances.reduce(0.0) { sum, distance in
                let beyond = Double(distance) - offset
                return sum + (beyond > 0 ? exp(-beyond / middle) : 1)
            }
            if abs(sum - target) < 1e-5 { break }
            if sum > target {
                high = middle
                middle = (low + high) / 2
            } else {
                low = middle
                middle = high == .infinity ? middle * 2 : (low + high) / 2
            }
        }
        return middle
    }

    /// The membership of each neighbour, `n × k`, 0 to 1.
    func memberships(distances: [Float], k: Int) -> [Float] {
        distances.indices.map { place in
            let row = place / k
            let beyond = distances[place] - offsets[row]
            return beyond <= 0 || widths[row] == 0 ? 1 : exp(-beyond / widths[row])
        }
    }
}
