import Kernels

extension FeatureEncoding {
    /// The vectors with each number that repeats moved at random within its step, which is the gap to the nearer of its
    /// neighbours among the values that there are.
    ///
    /// Counts, days and prices come in steps. Of few records each step looks like a group of its own, and the more groups
    /// there are the better they look: dithering takes that away, and leaves alone what varies continuously and the gaps
    /// that are wider than the steps beside them.
    func dithered(_ vectors: Matrix, seed: UInt64) -> Matrix {
        var result = vectors
        var generator = SeededGenerator(seed: seed)
        var position = 0
        for field in layout.fields {
            defer { position += field.kind.width }
            guard case .number = field.kind else { continue }
            let values = (0..<vectors.rows).map { vectors.storage[$0 * vectors.columns + position] }
            let gaps = ValueSteps(values).gaps
            for (row, value) in values.enumerated() {
                guard let step = gaps[value] else { continue }
                result.storage[row * vectors.columns + position] += (Float(generator.nextUniform()) - 0.5) * step
            }
        }
        return result
    }
}
