import Foundation
import Kernels

/// Isolation trees that are grown anew in turn from the decayed sample, so that the forest forgets as the stream does.
///
/// A forest is a function of the records and the seed. Numeric spaces only: the axes of a space of directions mean
/// nothing by themselves.
struct IsolationForest: Sendable, Equatable {
    /// The trees; empty before the first records.
    private(set) var trees: [IsolationTree] = []
    /// The tree that is next grown anew.
    private(set) var next = 0
    /// Trees, and parts of one, that are due.
    private(set) var due = 0.0

    /// How many trees were grown so far: what tells one from that which stood in its place before.
    private(set) var grown: UInt64 = 0

    /// The published number of trees.
    static let count = 100
    /// How often the whole forest is grown anew while the weight of the stream doubles, or fades by half.
    private static let renewals = 4.0

    init() {}

    init(trees: [IsolationTree], next: Int, due: Double, grown: UInt64) {
        self.trees = trees
        self.next = next
        self.due = due
        self.grown = grown
    }

    /// Grows trees anew after `model` learned `records` more.
    mutating func follow(_ model: Model, records: Int, seed: UInt64) {
        guard !trees.isEmpty else { return regrow(model, seed: seed) }
        due += Self.renewals * Double(Self.count * records) / max(1, model.totalWeight)
        guard due >= 1 else { return }
        guard due < Double(Self.count) else { return regrow(model, seed: seed) }
        while due >= 1 {
            trees[next] = tree(next, model, seed: seed)
            next = (next + 1) % Self.count
            due -= 1
        }
    }

    /// Grows all trees anew.
    mutating func regrow(_ model: Model, seed: UInt64) {
        due = 0
        guard model.sample.slots.count > 1 else { return trees = [] }
        var trees: [IsolationTree] = []
        for place in 0..<Self.count { trees.append(tree(place, model, seed: seed)) }
        self.trees = trees
    }

    private mutating func tree(_ place: Int, _ model: Model, seed: UInt64) -> IsolationTree {
        let seed = SeededGenerator.mix(seed ^ SeededGenerator.mix(model.version &+ 1)) ^ UInt64(place)
        var generator = SeededGenerator(seed: SeededGenerator.mix(seed))
        let drawn = model.sample.drawn(IsolationTree.size, at: model.clock, generator: &generator)
        grown += 1
        return IsolationTree(
            vectors: drawn.map(\.vector),
            columns: model.dimension,
            seed: generator.next(),
            number: grown
        )
    }

    /// For each row of `queries` (`m × d`) the mean over the trees of its depth, in mean depths of a record of the
    /// sample: about 1 for what is common, towards 0 for what is soon alone. Empty without trees.
    func depths(_ queries: Matrix) -> [Float] {
        guard !trees.isEmpty else { return [] }
        var sums = [Float](repeating: 0, count: queries.rows)
        queries.storage.withUnsafeBufferPointer { vectors in
            sums.withUnsafeMutableBufferPointer { sums in
                guard let vectors = vectors.baseAddress, let sums = sums.baseAddress else { return }
                for tree in trees {
                    tree.addDepths(of: vectors, rows: queries.rows, columns: queries.columns, to: sums)
                }
            }
        }
        return sums.map { $0 / Float(trees.count) }
    }
}
