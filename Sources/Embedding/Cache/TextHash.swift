import Foundation

/// A 64-bit hash of a text's bytes: eight at a time, multiplied and folded.
///
/// Two texts with one hash cost a look-up, never a wrong vector: the bytes are compared.
struct TextHash: Hashable {
    let value: UInt64

    init(_ text: String) {
        var text = text
        value = text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            var hash = UInt64(truncatingIfNeeded: raw.count) ^ 0x9E37_79B9_7F4A_7C15
            var offset = 0
            while offset + 8 <= raw.count {
                hash = Self.fold(hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                offset += 8
            }
            var rest: UInt64 = 0
            while offset < raw.count {
                rest = rest << 8 | UInt64(raw[offset])
                offset += 1
            }
            return Self.fold(hash ^ rest)
        }
    }

    @inline(__always)
    private static func fold(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low
    }

    /// Whether two texts have the same bytes. (Strings are equal too where accents are composed differently, but a
    /// model may tell those apart.)
    static func sameBytes(_ a: String, _ b: String) -> Bool {
        var (a, b) = (a, b)
        return a.withUTF8 { a in
            b.withUTF8 { b in
                guard a.count == b.count, let left = a.baseAddress, let right = b.baseAddress else {
                    return a.count == b.count
                }
                return memcmp(left, right, a.count) == 0
            }
        }
    }
}
