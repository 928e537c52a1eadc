/// Numbers as texts: equal on every machine and in every country.
enum Figures {
    /// A coordinate of a drawing, to a tenth of a pixel.
    static func coordinate(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e9 else { return "0" }
        let tenths = Int((value * 10).rounded())
        let (whole, rest) = (abs(tenths) / 10, abs(tenths) % 10)
        return (tenths < 0 ? "-" : "") + "\(whole)" + (rest == 0 ? "" : ".\(rest)")
    }

    /// A count with its thousands set apart: 12,345.
    static func count(_ value: Int) -> String {
        let digits = String(value.magnitude)
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (value < 0 ? "-" : "") + result
    }

    /// A number with a fixed number of decimals (0 to 9) and its thousands set apart.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite else { return "-" }
        let places = max(0, min(9, places))
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        guard abs(value) * scale < 9e18 else { return scientific(value) }
        let units = Int((value * scale).rounded())
        let digits = String(units.magnitude)
        let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
        let whole = count(Int(padded.dropLast(places)) ?? 0)
        return (units < 0 ? "-" : "") + whole + (places > 0 ? "." + padded.suffix(places) : "")
    }

    /// What large numbers are counted in, from a million on: millions, billions, trillions.
    static func unit(of size: Double) -> (value: Double, suffix: String) {
        switch size {
        case 1e12..<1e15: (1e12, "T")
        case 1e9..<1e12: (1e9, "B")
        case 1e6..<1e9: (1e6, "M")
        default: (1, "")
        }
    }

    /// A number to about three significant digits.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        let (unit, suffix) = unit(of: abs(value))
        let size = abs(value) / unit
        if size >= 1e6 || (size > 0 && size < 1e-3) { return scientific(value) }
        return decimal(value / unit, places: size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3) + suffix
    }

    /// A number such as 1.23e7.
    private static func scientific(_ value: Double) -> String {
        var (mantissa, exponent) = (value, 0)
        while abs(mantissa) >= 10 { (mantissa, exponent) = (mantissa / 10, exponent + 1) }
        while mantissa != 0, abs(mantissa) < 1 { (mantissa, exponent) = (mantissa * 10, exponent - 1) }
        return decimal(mantissa, places: 2) + "e\(exponent)"
    }
}
