/// How a state is stored: version byte, then numbers in little-endian order.
///
/// Layout of version 1: UInt64 events, Int64 first, last, previous (`Int64.min`: none), Int64 published (0: none),
/// UInt64 turn, taught; per aggregate two Float64 (value, weight); per counted field a byte that tells a set of hashes
/// (UInt8 count, then UInt64 each) from a sketch (256 registers).
extension EntityState {
    private static let version: UInt8 = 1
    private static let isSketch: UInt8 = 255

    /// The bytes.
    var bytes: [UInt8] {
        var bytes: [UInt8] = [Self.version]
        bytes.reserveCapacity(57 + 16 * cells.count + 272 * distinct.count)
        for number in [
            events, UInt64(bitPattern: first), UInt64(bitPattern: last), UInt64(bitPattern: previous ?? .min),
            UInt64(published ?? 0), turn, taught,
        ] {
            bytes.append(number)
        }
        for cell in cells {
            bytes.append(cell.value.bitPattern)
            bytes.append(cell.weight.bitPattern)
        }
        for count in distinct {
            if count.sketch.isEmpty {
                bytes.append(UInt8(count.hashes.count))
                for hash in count.hashes { bytes.append(hash) }
            } else {
                bytes.append(Self.isSketch)
                bytes += count.sketch
            }
        }
        return bytes
    }

    /// Reads ``bytes`` back; nil for what does not fit the options, or is cut.
    init?(bytes: [UInt8], _ options: EntityOptions) {
        self.init(options)
        var reader = StateReader(bytes: bytes[...])
        guard reader.byte() == Self.version, let events = reader.number(), let first = reader.number(),
            let last = reader.number(), let previous = reader.number(), let published = reader.number(),
            let turn = reader.number(), let taught = reader.number()
        else { return nil }
        self.events = events
        self.first = Int64(bitPattern: first)
        self.last = Int64(bitPattern: last)
        self.previous = Int64(bitPattern: previous) == .min ? nil : Int64(bitPattern: previous)
        self.published = published == 0 ? nil : Int(exactly: published)
        self.turn = turn
        self.taught = taught
        for index in cells.indices {
            guard let value = reader.number(), let weight = reader.number() else { return nil }
            cells[index] = Cell(value: Double(bitPattern: value), weight: Double(bitPattern: weight))
        }
        for index in distinct.indices {
            guard let count = reader.count() else { return nil }
            distinct[index] = count
        }
        guard reader.bytes.isEmpty else { return nil }
    }

    private struct StateReader {
        var bytes: ArraySlice<UInt8>

        mutating func byte() -> UInt8? { bytes.popFirst() }

        mutating func number() -> UInt64? {
            guard bytes.count >= 8 else { return nil }
            defer { bytes = bytes.dropFirst(8) }
            return bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func count() -> DistinctCount? {
            guard let kind = byte() else { return nil }
            if kind == EntityState.isSketch {
                guard bytes.count >= 256 else { return nil }
                defer { bytes = bytes.dropFirst(256) }
                return DistinctCount(hashes: [], sketch: Array(bytes.prefix(256)))
            }
            guard Int(kind) <= DistinctCount.exact else { return nil }
            var hashes: [UInt64] = []
            for _ in 0..<kind {
                guard let hash = number() else { return nil }
                hashes.append(hash)
            }
            return DistinctCount(hashes: hashes, sketch: [])
        }
    }
}

extension [UInt8] {
    /// Appends a number in little-endian order.
    fileprivate mutating func append(_ number: UInt64) {
        for shift in 0..<8 { append(UInt8(truncatingIfNeeded: number >> UInt64(shift * 8))) }
    }
}
