/// Replaces what changes from line to line (numbers, dates, addresses, hexadecimal and unique ids) by `0`, so that the
/// lines of one template become one text. A single token to most vocabularies, and no stranger to any.
///
/// - A run of letters and digits that is a number, `0x…` or `1920x1080`, or hexadecimal with at least one digit and four places or with
///   eight places, is replaced whole.
/// - Within any other run the digits are replaced: `node12` becomes `node0`.
/// - Replaced runs with one of `-.:,/_+` between them are one: `2024-01-02`, `10.0.0.1:8080` and
///   `550e8400-e29b-41d4-a716-446655440000` become `0`.
public enum TextMask {
    /// The masked text.
    public static func mask(_ text: String) -> String {
        var text = text
        return text.withUTF8 { bytes in
            guard bytes.contains(where: { isDigit($0) }) || bytes.count >= hexadecimalLength else {
                return String(decoding: bytes, as: UTF8.self)
            }
            return String(unsafeUninitializedCapacity: bytes.count) { write(bytes, to: $0) }
        }
    }

    private static let hexadecimalLength = 8

    private static func write(
        _ bytes: UnsafeBufferPointer<UInt8>,
        to output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var (read, written) = (0, 0)
        // Where the last thing written was a mask, what a separator and another one would be written over.
        var chain: Int?
        while read < bytes.count {
            guard isWord(bytes[read]) else {
                if let end = chain, read + 1 < bytes.count, isJoint(bytes[read]), isWord(bytes[read + 1]),
                    written == end
                {
                    output[written] = bytes[read]
                    written += 1
                    read += 1
                    continue
                }
                chain = nil
                output[written] = bytes[read]
                (written, read) = (written + 1, read + 1)
                continue
            }
            let start = read
            while read < bytes.count, isWord(bytes[read]) { read += 1 }
            let run = UnsafeBufferPointer(rebasing: bytes[start..<read])
            if isVariable(run, inChain: chain != nil) {
                if let end = chain {
                    written = end
                } else {
                    output[written] = UInt8(ascii: "0")
                    written += 1
                }
                chain = written
            } else {
                chain = nil
                written = copy(run, to: output, at: written)
            }
        }
        return written
    }

    /// Copies a word with its digits replaced; returns where the output ends then.
    private static func copy(
        _ run: UnsafeBufferPointer<UInt8>,
        to output: UnsafeMutableBufferPointer<UInt8>,
        at start: Int
    ) -> Int {
        var written = start
        var wasDigit = false
        for byte in run {
            let digit = isDigit(byte)
            if !digit || !wasDigit {
                output[written] = digit ? UInt8(ascii: "0") : byte
                written += 1
            }
            wasDigit = digit
        }
        return written
    }

    private static func isVariable(_ run: UnsafeBufferPointer<UInt8>, inChain: Bool) -> Bool {
        var (digits, hexadecimals) = (0, 0)
        for byte in run {
            if isDigit(byte) { digits += 1 }
            if isHexadecimal(byte) { hexadecimals += 1 }
        }
        if digits == run.count { return true }
        // Whatever number stands before the x: a mask must not make a `0x` of what was none.
        if let x = run.firstIndex(where: { !isDigit($0) }), x > 0, x + 1 < run.count, run[x] | 0x20 == UInt8(ascii: "x")
        {
            return hexadecimals == run.count - 1
        }
        guard hexadecimals == run.count else { return false }
        return run.count >= hexadecimalLength || run.count >= 4 && (digits > 0 || inChain)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }
    private static func isHexadecimal(_ byte: UInt8) -> Bool { isDigit(byte) || (byte | 0x20) &- 0x61 < 6 }
    private static func isWord(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20) &- 0x61 < 26 || byte >= 0x80
    }
    private static func isJoint(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "/"),
            UInt8(ascii: "_"), UInt8(ascii: "+"):
            true
        default: false
        }
    }
}
