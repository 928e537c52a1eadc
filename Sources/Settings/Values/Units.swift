import Foundation

/// Numbers with units, read and written.
enum Units {
    /// Nanoseconds per unit, largest first.
    static let durations: [(name: String, nanoseconds: Int64)] = [
        ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000),
        ("ms", 1_000_000), ("us", 1000),
    ]
    /// Bytes per unit, largest first, binary before decimal.
    static let sizes: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("TB", 1_000_000_000_000),
        ("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000), ("KB", 1000), ("B", 1),
    ]
    /// What a suffix multiplies by.
    static let counts: [(name: String, factor: Int64)] = [("M", 1_000_000), ("k", 1000), ("K", 1000), ("", 1)]

    /// A number followed by a unit, with or without a space between; nil where it is not one, or too large.
    private static func scaled(_ text: String, _ units: [(String, Int64)]) -> Int64? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        let unit = text[number.endIndex...].drop { $0 == " " }
        guard let factor = units.first(where: { $0.0 == unit })?.1 else { return nil }
        if let whole = Int64(number) {
            let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        guard let fraction = Double(number), number.first != ".", number.last != "." else { return nil }
        let product = fraction * Double(factor)
        return product < 9e18 && product == product.rounded() ? Int64(product) : nil
    }

    /// `5s`, `200ms`, `1.5h`.
    static func duration(_ text: String) -> Duration? {
        scaled(text, durations.map { ($0.name, $0.nanoseconds) }).map { .nanoseconds($0) }
    }

    /// `64MiB`, `1 GB`.
    static func size(_ text: String) -> Int? {
        scaled(text, sizes.map { ($0.name, $0.bytes) }).flatMap { Int(exactly: $0) }
    }

    /// `20k`, `1M`, `500`.
    static func count(_ text: String) -> Int? {
        scaled(text, counts.map { ($0.name, $0.factor) }).flatMap { Int(exactly: $0) }
    }

    /// The largest unit that needs no fraction.
    static func text(of duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        let unit = durations.first { nanoseconds % $0.nanoseconds == 0 } ?? ("us", 1000)
        return nanoseconds == 0 ? "0s" : "\(nanoseconds / unit.nanoseconds)\(unit.name)"
    }

    /// The largest binary unit that needs no fraction.
    static func text(ofSize bytes: Int) -> String {
        let unit = sizes.first { Int64(bytes) % $0.bytes == 0 && $0.name.hasSuffix("iB") } ?? ("B", 1)
        return bytes == 0 ? "0B" : "\(Int64(bytes) / unit.bytes)\(unit.name)"
    }

    /// Thousands as `k` where that needs no fraction.
    static func text(ofCount count: Int) -> String {
        count != 0 && count % 1000 == 0 ? "\(count / 1000)k" : "\(count)"
    }
}
