/// Writes JSON objects of known keys straight into bytes.
///
/// For the one record that is written for every record read; everything else goes through Foundation's `JSONEncoder`,
/// whose bytes these are (a test holds them equal).
struct JSONObjectWriter: Sendable {
    /// What was written so far, UTF-8.
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    /// Begins an object of which no member is known yet.
    mutating func open() { bytes.append(UInt8(ascii: "{")) }

    /// Ends the object that was begun last.
    mutating func close() { bytes.append(UInt8(ascii: "}")) }

    /// Writes a key that needs no escapes; the first of an object `opens` it.
    mutating func key(_ name: StaticString, opens: Bool = false) {
        if opens { open() }
        key(name, isFirst: opens)
    }

    /// Writes a key that needs no escapes, of an object that was opened.
    mutating func key(_ name: StaticString, isFirst: Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes any key of an object that was opened.
    mutating func key(named name: String, isFirst: Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        write(name)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes a value that is JSON already.
    mutating func write(json: [UInt8]) { bytes.append(contentsOf: json) }

    /// Writes null.
    mutating func writeNull() { append("null") }

    /// Writes true or false.
    mutating func write(_ value: Bool) { append(value ? "true" : "false") }

    /// Writes a whole number, or null.
    mutating func write(_ value: (some FixedWidthInteger)?) {
        guard let value else { return writeNull() }
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = UInt64(value.magnitude)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = digits.count
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            bytes.append(contentsOf: digits[first...])
        }
    }

    /// Writes the shortest decimal that reads as the same (finite) number, or null.
    mutating func write(_ value: Double?) {
        guard let value else { return writeNull() }
        var text = value.description
        let isWhole = text.utf8.count > 2 && text.hasSuffix(".0")
        text.withUTF8 { bytes.append(contentsOf: isWhole ? $0.dropLast(2) : $0[...]) }
    }

    /// Writes a string with JSON's escapes, or null.
    mutating func write(_ value: String?) {
        guard var value else { return writeNull() }
        bytes.append(UInt8(ascii: "\""))
        value.withUTF8 { text in
            var start = 0
            for index in text.indices where Self.needsEscape(text[index]) {
                bytes.append(contentsOf: text[start..<index])
                escape(text[index])
                start = index + 1
            }
            bytes.append(contentsOf: text[start...])
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes an array of strings.
    mutating func write(_ values: [String]) {
        write(values) { value, writer in writer.write(value) }
    }

    /// Writes an array whose elements `write` writes.
    mutating func write<Element>(_ values: [Element], _ write: (Element, inout JSONObjectWriter) -> Void) {
        bytes.append(UInt8(ascii: "["))
        for (place, value) in values.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            write(value, &self)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    private mutating func append(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func escape(_ byte: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: bytes.append(UInt8(ascii: "b"))
        case 0x09: bytes.append(UInt8(ascii: "t"))
        case 0x0A: bytes.append(UInt8(ascii: "n"))
        case 0x0C: bytes.append(UInt8(ascii: "f"))
        case 0x0D: bytes.append(UInt8(ascii: "r"))
        case 0x00..<0x20:
            let hexadecimal: StaticString = "0123456789abcdef"
            append("u00")
            bytes.append(hexadecimal.utf8Start[Int(byte >> 4)])
            bytes.append(hexadecimal.utf8Start[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
