import Foundation
import Kernels

extension SeededGenerator {
    /// A normal deviate with mean 0 and variance 1 (Box and Muller 1958).
    mutating func nextNormal() -> Double {
        let radius = (-2 * log(nextUniform())).squareRoot()
        return radius * cos(2 * .pi * nextUniform())
    }
}
