/// Powers of eight numbers at once, to about six digits; the same on every processor.
enum FastPower {
    typealias Floats = SIMD8<Float>
    typealias Words = SIMD8<Int32>

    /// 1.5 · 2^23: a float that is added to this has its nearest integer in the low bits.
    private static let magic = Floats(repeating: 12_582_912)
    private static let magicBits = Words(repeating: 0x4B40_0000)

    /// `x` to the power of `exponent`; `x` is positive and normal.
    @inline(__always)
    static func power(_ x: Floats, _ exponent: Float) -> Floats {
        exponential(logarithm(x) * exponent)
    }

    /// The logarithm to base 2: the exponent's bits and the series of the inverse hyperbolic tangent.
    @inline(__always)
    static func logarithm(_ x: Floats) -> Floats {
        // Mantissas from sqrt(1/2) to sqrt(2), so that the series is short.
        let bits = unsafeBitCast(x, to: Words.self)
        let moved = bits &- Words(repeating: 0x3F35_04F3)
        let exponent = moved &>> Words(repeating: 23)
        let mantissa = unsafeBitCast(bits &- (exponent &<< Words(repeating: 23)), to: Floats.self)
        let s = (mantissa - 1) / (mantissa + 1)
        let t = s * s
        let series = ((t * (1.0 / 7) + (1.0 / 5)) * t + (1.0 / 3)) * t + 1
        let whole = unsafeBitCast(exponent &+ magicBits, to: Floats.self) - magic
        return s * series * 2.885_390_1 + whole
    }

    /// 2 to the power of `x`: the integer part's bits and a Taylor series.
    @inline(__always)
    static func exponential(_ x: Floats) -> Floats {
        let limit = Floats(repeating: 126)
        let bounded = pointwiseMin(pointwiseMax(x, -limit), limit)
        let shifted = bounded + magic
        let whole = unsafeBitCast(shifted, to: Words.self) &- magicBits
        let f = (bounded - (shifted - magic)) * 0.693_147_18
        let high = ((f * (1.0 / 720) + (1.0 / 120)) * f + (1.0 / 24)) * f + (1.0 / 6)
        let series = ((high * f + 0.5) * f + 1) * f + 1
        return unsafeBitCast(unsafeBitCast(series, to: Words.self) &+ (whole &<< Words(repeating: 23)), to: Floats.self)
    }
}
