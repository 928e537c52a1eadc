import Foundation
import Kernels

/// Texts and what was left of them by redaction, so that a text that comes again and again is not looked through each time.
///
/// Each text has one place; the next that has the same takes it. So there is nothing to be kept in order, and never more
/// than a few megabytes. What comes out does not depend on what is remembered.
public struct RedactedTexts: Sendable {
    private struct Entry {
        var text: String
        var redacted: String
    }

    private static let places = 4096
    /// The longest text that is remembered, in bytes.
    private static let longest = 512

    /// Empty until the first.
    private var entries: [Entry?] = []

    /// Remembers nothing.
    public init() {}

    /// What `redact` makes of `text`, found once for as long as it is remembered.
    mutating func text(of text: String, _ redact: () -> String) -> String {
        guard text.utf8.count <= Self.longest else { return redact() }
        if entries.isEmpty { entries = Array(repeating: nil, count: Self.places) }
        let place = Int(truncatingIfNeeded: text.hashOfBytes) & (Self.places - 1)
        if let entry = entries[place], entry.text.hasSameBytes(as: text) { return entry.redacted }
        let redacted = redact()
        entries[place] = Entry(text: text, redacted: redacted)
        return redacted
    }
}

extension String {
    /// Whether both have the same bytes: what is equal to the reader may still differ in them.
    func hasSameBytes(as other: String) -> Bool {
        var (a, b) = (self, other)
        return a.withUTF8 { a in
            b.withUTF8 { b in
                guard a.count == b.count, let left = a.baseAddress, let right = b.baseAddress else {
                    return a.count == b.count
                }
                return left == right || memcmp(left, right, a.count) == 0
            }
        }
    }

    /// A number of 64 bits that depends on the bytes alone.
    fileprivate var hashOfBytes: UInt64 {
        var text = self
        return text.withUTF8 { bytes in
            let raw = UnsafeRawBufferPointer(bytes)
            var hash = UInt64(raw.count)
            var offset = 0
            while offset + 8 <= raw.count {
                hash = (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
                hash ^= hash >> 32
                offset += 8
            }
            for byte in raw[offset...] { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            return SeededGenerator.mix(hash)
        }
    }
}
