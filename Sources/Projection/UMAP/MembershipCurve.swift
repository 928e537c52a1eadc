import Foundation

/// How strongly two points of a layout belong together by their distance x: `1 / (1 + a x^(2b))` (McInnes, Healy and
/// Melville 2018, definition 11).
struct MembershipCurve: Sendable, Equatable {
    /// The factor, greater than 0.
    let a: Double
    /// Half of the exponent, greater than 0.
    let b: Double

    /// The curve that is nearest, in the least squares, to 1 up to `minimumDistance` and `exp(-(x - minimumDistance) /
    /// spread)` beyond, at 300 places from 0 to `3 · spread`; by Gauss-Newton steps, damped after Levenberg and
    /// Marquardt.
    ///
    /// - Parameters:
    ///   - minimumDistance: from 0 to `3 · spread`.
    ///   - spread: greater than 0.
    init(minimumDistance: Double, spread: Double) {
        let places = (0..<300).map { 3 * spread * Double($0) / 299 }
        let wanted = places.map { $0 < minimumDistance ? 1 : exp(-($0 - minimumDistance) / spread) }
        var (a, b, damping) = (1.0, 1.0, 1e-3)
        var error = Self.error(a, b, places, wanted)
        for _ in 0..<200 {
            let step = Self.step(a, b, places, wanted, damping)
            let (nextA, nextB) = (a + step.a, b + step.b)
            let nextError = nextA > 0 && nextB > 0 ? Self.error(nextA, nextB, places, wanted) : .infinity
            if nextError <= error {
                (a, b, error) = (nextA, nextB, nextError)
                damping = max(damping / 10, 1e-12)
                if abs(step.a) + abs(step.b) < 1e-12 { break }
            } else {
                damping *= 10
                if damping > 1e12 { break }
            }
        }
        self.a = a
        self.b = b
    }

    private static func error(_ a: Double, _ b: Double, _ places: [Double], _ wanted: [Double]) -> Double {
        zip(places, wanted).reduce(0) { sum, pair in
            let residual = 1 / (1 + a * pow(pair.0, 2 * b)) - pair.1
            return sum + residual * residual
        }
    }

    private static func step(
        _ a: Double,
        _ b: Double,
        _ places: [Double],
        _ wanted: [Double],
        _ damping: Double
    ) -> (a: Double, b: Double) {
        var (aa, ab, bb, ra, rb) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for (x, y) in zip(places, wanted) where x > 0 {
            let power = pow(x, 2 * b)
            let value = 1 / (1 + a * power)
            let byA = -value * value * power
            let byB = byA * a * 2 * log(x)
            aa += byA * byA
            ab += byA * byB
            bb += byB * byB
            ra += byA * (y - value)
            rb += byB * (y - value)
        }
        aa *= 1 + damping
        bb *= 1 + damping
        let determinant = aa * bb - ab * ab
        guard determinant > 0 else { return (0, 0) }
        return ((ra * bb - rb * ab) / determinant, (rb * aa - ra * ab) / determinant)
    }
}
