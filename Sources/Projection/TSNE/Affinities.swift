import Foundation
import Kernels

/// How likely points would pick each other as neighbours (van der Maaten 2014, equations 6 and 7).
enum Affinities {
    private static let steps = 100
    private static let tolerance = 1e-5

    /// The joint probabilities of all pairs of near neighbours; they sum up to 1.
    ///
    /// - Parameters:
    ///   - nearest: about three times as many neighbours as the perplexity.
    ///   - perplexity: `2^entropy` of each point's probabilities.
    static func joint(_ nearest: NeighbourTable, perplexity: Double, lanes: Lanes) -> SparseGraph {
        let k = nearest.neighbours
        var chances = [Float](repeating: 0, count: nearest.distances.count)
        chances.withShared { chances in
            lanes.run(over: nearest.rows, by: 256) { rows in
                for row in rows {
                    let squares = nearest.distances(of: row).map { Double($0) * Double($0) }
                    for (place, chance) in conditional(squares, entropy: log(perplexity)).enumerated() {
                        chances[row * k + place] = Float(chance)
                    }
                }
            }
        }
        var graph = SparseGraph(neighbours: nearest, weights: chances, merge: +)
        let total = graph.weights.reduce(0.0) { $0 + Double($1) }
        for edge in graph.weights.indices { graph.weights[edge] = Float(Double(graph.weights[edge]) / total) }
        return graph
    }

    /// Gaussian probabilities of the neighbours, as wide as the entropy (in nats) wants it; by bisection.
    static func conditional(_ squares: [Double], entropy: Double) -> [Double] {
        var (low, high, precision) = (0.0, Double.infinity, 1.0)
        let least = squares.first ?? 0
        // In units of the mean distance, so that the search starts near its end.
        let unit = max(squares.reduce(0) { $0 + $1 - least } / Double(max(1, squares.count)), .leastNormalMagnitude)
        var chances: [Double] = []
        for _ in 0..<steps {
            chances = squares.map { exp(-($0 - least) / unit * precision) }
            let sum = chances.reduce(0, +)
            let mean = zip(chances, squares).reduce(0) { $0 + $1.0 * ($1.1 - least) / unit } / sum
            chances = chances.map { $0 / sum }
            let excess = log(sum) + precision * mean - entropy
            if abs(excess) <= tolerance { break }
            if excess > 0 {
                low = precision
                precision = high == .infinity ? precision * 2 : (low + high) / 2
            } else {
                high = precision
                precision = (low + high) / 2
            }
        }
        return chances
    }
}
