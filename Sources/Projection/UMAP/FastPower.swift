/// Powers of eight numbers at once, to about six digits; the same on every processor.
enum FastPower {
    typealias Floats = SIMD8<Float>
    typealias Words = SIMD8<Int32>

    /// 1.5 · 2^23: a float that is added to this has its nearest integer in the low bits.
    @inline(__always)
    private static var magic: Floats { Floats(repeating: 12_582_912) }
    @inline(__always)
    private static var magicBits: Words { Words(repeating: 0x4B40_0000) }

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
        let moved: Words = bits &- Words(repeating: 0x3F35_04F3)
        let exponent: Words = moved &>> Words(repeating: 23)
        let mantissa = unsafeBitCast(bits &- (exponent &<< Words(repeating: 23)), to: Floats.self)
        let s: Floats = (mantissa - Floats(repeating: 1)) / (mantissa + Floats(repeating: 1))
        let t: Floats = s * s
        let series = polynomial(t, 1 / 7, 1 / 5, 1 / 3, 1)
        let whole: Floats = unsafeBitCast(exponent &+ magicBits, to: Floats.self) - magic
        return s * series * Floats(repeating: 2.885_390_1) + whole
    }

    /// 2 to the power of `x`: the integer part's bits and a Taylor series.
    @inline(__always)
    static func exponential(_ x: Floats) -> Floats {
        let bounded = pointwiseMin(pointwiseMax(x, Floats(repeating: -126)), Floats(repeating: 126))
        let shifted: Floats = bounded + magic
        let whole: Words = unsafeBitCast(shifted, to: Words.self) &- magicBits
        let f: Floats = (bounded - (shifted - magic)) * Floats(repeating: 0.693_147_18)
        let high = polynomial(f, 1 / 720, 1 / 120, 1 / 24, 1 / 6)
        let series = polynomial(f, high, 1 / 2, 1, 1)
        return unsafeBitCast(unsafeBitCast(series, to: Words.self) &+ (whole &<< Words(repeating: 23)), to: Floats.self)
    }

    /// `((a x + b) x + c) x + d`.
    @inline(__always)
    private static func polynomial(_ x: Floats, _ a: Float, _ b: Float, _ c: Float, _ d: Float) -> Floats {
        polynomial(x, Floats(repeating: a), b, c, d)
    }

    @inline(__always)
    private static func polynomial(_ x: Floats, _ a: Floats, _ b: Float, _ c: Float, _ d: Float) -> Floats {
        var sum: Floats = a * x + Floats(repeating: b)
        sum = sum * x + Floats(repeating: c)
        return sum * x + Floats(repeating: d)
    }
}
