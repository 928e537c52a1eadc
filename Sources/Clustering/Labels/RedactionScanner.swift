/// Finds the built-in kinds of ``Redaction`` in one pass over the bytes of a text.
struct RedactionScanner {
    // Not as a set: each is asked for at the beginning of every word.
    private let findsEmail: Bool
    private let findsAddress: Bool
    private let findsUUID: Bool
    private let findsNumber: Bool
    private let findsHexadecimal: Bool

    init(kinds: Set<Redaction.Kind>) {
        findsEmail = kinds.contains(.email)
        findsAddress = kinds.contains(.address)
        findsUUID = kinds.contains(.uuid)
        findsNumber = kinds.contains(.number)
        findsHexadecimal = kinds.contains(.hexadecimal)
    }

    /// Digits in a row that are a number of somebody's.
    private static let longNumber = 6
    /// Digits in groups, such as `555-123-4567`, that are one.
    private static let longGroups = 9
    private static let longHexadecimal = 16
    private static let longPrefixed = 8

    /// `text` with placeholders; the text itself where there is nothing to find.
    func redacted(_ text: String) -> String {
        var text = text
        let replaced: String? = text.withUTF8 { bytes in
            guard Self.isSuspect(bytes) else { return nil }
            let matches = matches(in: bytes)
            guard !matches.isEmpty else { return nil }
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var position = 0
            for match in matches {
                output += bytes[position..<match.bytes.lowerBound]
                output += match.kind.placeholder.utf8
                position = match.bytes.upperBound
            }
            output += bytes[position...]
            return String(decoding: output, as: UTF8.self)
        }
        return replaced ?? text
    }

    /// Where the kinds are found in a text, in order.
    func matches(in bytes: UnsafeBufferPointer<UInt8>) -> [(bytes: Range<Int>, kind: Redaction.Kind)] {
        var found: [(bytes: Range<Int>, kind: Redaction.Kind)] = []
        var index = 0
        while index < bytes.count {
            if let match = match(bytes, at: index) {
                found.append((index..<match.end, match.kind))
                index = match.end
            } else {
                index += 1
            }
        }
        return found
    }

    /// All that can be found has a digit, an `@` or a pair of colons.
    private static func isSuspect(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var last: UInt8 = 0
        for byte in bytes {
            if byte.isDigit || byte == 0x40 || (byte == 0x3A && last == 0x3A) { return true }
            last = byte
        }
        return false
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private func match(_ bytes: Bytes, at start: Int) -> (kind: Redaction.Kind, end: Int)? {
        let byte = bytes[start]
        let previous = start > 0 ? bytes[start - 1] : 0x20
        if !previous.isWord, byte.isWord || byte == 0x3A {
            if findsUUID, let end = Self.uuid(bytes, start) { return (.uuid, end) }
            if findsEmail, let end = Self.email(bytes, start) { return (.email, end) }
            if findsAddress {
                if let end = Self.hardware(bytes, start) { return (.address, end) }
                if let end = Self.version6(bytes, start) { return (.address, end) }
                if previous != 0x2E, let end = Self.version4(bytes, start) { return (.address, end) }
            }
            if findsHexadecimal, let end = Self.hexadecimal(bytes, start) { return (.hexadecimal, end) }
        }
        if byte.isDigit, !previous.isDigit, findsNumber, let end = Self.number(bytes, start) {
            return (.number, end)
        }
        return nil
    }

    /// The end of the run of bytes that fulfil a condition.
    private static func run(_ bytes: Bytes, _ start: Int, _ belongs: (UInt8) -> Bool) -> Int {
        var end = start
        while end < bytes.count, belongs(bytes[end]) { end += 1 }
        return end
    }

    private static func isEnd(_ bytes: Bytes, _ index: Int) -> Bool { index >= bytes.count || !bytes[index].isWord }

    private static func uuid(_ bytes: Bytes, _ start: Int) -> Int? {
        guard start + 36 <= bytes.count, isEnd(bytes, start + 36) else { return nil }
        for offset in 0..<36 {
            let byte = bytes[start + offset]
            let isDash = offset == 8 || offset == 13 || offset == 18 || offset == 23
            guard isDash ? byte == 0x2D : byte.isHexadecimal else { return nil }
        }
        return start + 36
    }

    private static func email(_ bytes: Bytes, _ start: Int) -> Int? {
        let at = run(bytes, start) { byte in
            switch byte {
            case 0x25, 0x26, 0x27, 0x2B, 0x2D, 0x2E: true
            default: byte.isWord
            }
        }
        guard at > start, at < bytes.count, bytes[at] == 0x40 else { return nil }
        var end = run(bytes, at + 1) { ($0.isWord && $0 != 0x5F) || $0 == 0x2E || $0 == 0x2D }
        while end > at + 1, bytes[end - 1] == 0x2E || bytes[end - 1] == 0x2D { end -= 1 }
        guard let dot = bytes[at + 1..<max(at + 1, end)].lastIndex(of: 0x2E), dot > at + 1, end - dot > 2 else {
            return nil
        }
        return end
    }

    private static func hardware(_ bytes: Bytes, _ start: Int) -> Int? {
        guard start + 17 <= bytes.count, isEnd(bytes, start + 17) else { return nil }
        let separator = bytes[start + 2]
        guard separator == 0x3A || separator == 0x2D else { return nil }
        for offset in 0..<17 {
            let byte = bytes[start + offset]
            guard offset % 3 == 2 ? byte == separator : byte.isHexadecimal else { return nil }
        }
        return start + 17
    }

    /// Eight groups, or fewer with one pair of colons. Times of day and qualified names have no such form.
    private static func version6(_ bytes: Bytes, _ start: Int) -> Int? {
        var end = run(bytes, start) { $0.isHexadecimal || $0 == 0x3A }
        if end - start > 2, bytes[end - 1] == 0x3A, bytes[end - 2] != 0x3A { end -= 1 }
        guard end - start >= 3, isEnd(bytes, end) else { return nil }
        var colons = 0
        var pairs = 0
        var group = 0
        var hasDigit = false
        for index in start..<end {
            if bytes[index] == 0x3A {
                colons += 1
                if index > start, bytes[index - 1] == 0x3A { pairs += 1 }
                group = 0
            } else {
                hasDigit = hasDigit || bytes[index].isDigit
                group += 1
                if group > 4 { return nil }
            }
        }
        let isWhole = pairs == 0 && colons == 7
        let isShort = pairs == 1 && colons >= 2 && colons <= 7 && hasDigit
        return isWhole || isShort ? end : nil
    }

    private static func version4(_ bytes: Bytes, _ start: Int) -> Int? {
        var index = start
        for part in 0..<4 {
            let end = run(bytes, index) { $0.isDigit }
            guard (1...3).contains(end - index) else { return nil }
            let value = bytes[index..<end].reduce(0) { 10 * $0 + Int($1 - 0x30) }
            guard value <= 255 else { return nil }
            index = end
            if part < 3 {
                guard index < bytes.count, bytes[index] == 0x2E else { return nil }
                index += 1
            }
        }
        guard isEnd(bytes, index) else { return nil }
        let goesOn = index + 1 < bytes.count && bytes[index] == 0x2E && bytes[index + 1].isDigit
        return goesOn ? nil : index
    }

    private static func hexadecimal(_ bytes: Bytes, _ start: Int) -> Int? {
        let isPrefixed = start + 1 < bytes.count && bytes[start] == 0x30 && bytes[start + 1] | 0x20 == 0x78
        let first = isPrefixed ? start + 2 : start
        let end = run(bytes, first) { $0.isHexadecimal }
        guard end - first >= (isPrefixed ? longPrefixed : longHexadecimal), isEnd(bytes, end) else { return nil }
        let hasDigit = bytes[first..<end].contains { $0.isDigit }
        let hasLetter = bytes[first..<end].contains { !$0.isDigit }
        return isPrefixed || (hasDigit && hasLetter) ? end : nil
    }

    /// `2005-06-03`, which many logs go on from with the time of day, as in `2005-06-03-15.42.50`: no number of anybody's.
    private static func isDate(_ bytes: Bytes, _ start: Int) -> Bool {
        guard start + 10 <= bytes.count, start + 10 == bytes.count || !bytes[start + 10].isDigit else { return false }
        let shape = (0..<10).allSatisfy { offset in
            offset == 4 || offset == 7 ? bytes[start + offset] == 0x2D : bytes[start + offset].isDigit
        }
        guard shape else { return false }
        let digit = { (offset: Int) in Int(bytes[start + offset]) - 0x30 }
        let (century, month, day) = (10 * digit(0) + digit(1), 10 * digit(5) + digit(6), 10 * digit(8) + digit(9))
        return (19...20).contains(century) && (1...12).contains(month) && (1...31).contains(day)
    }

    /// A long run of digits, or groups of at least two (by hyphens) or three (by spaces) with one kind of separator.
    private static func number(_ bytes: Bytes, _ start: Int) -> Int? {
        var end = run(bytes, start) { $0.isDigit }
        var digits = end - start
        var longest = digits
        guard end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x2D else {
            return digits >= longNumber ? end : nil
        }
        guard !isDate(bytes, start) else { return nil }
        let separator = bytes[end]
        let least = separator == 0x20 ? 3 : 2
        let first = end
        while digits < 32, end < bytes.count, bytes[end] == separator, longest >= least {
            let next = run(bytes, end + 1) { $0.isDigit }
            guard next - end - 1 >= least, next >= bytes.count || !bytes[next].isWord else { break }
            digits += next - end - 1
            longest = max(longest, next - end - 1)
            end = next
        }
        if digits >= longGroups { return end }
        return first - start >= longNumber ? first : nil
    }
}

extension UInt8 {
    /// An ASCII digit.
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
    /// An ASCII hexadecimal digit.
    var isHexadecimal: Bool { isDigit || (self | 0x20 >= 0x61 && self | 0x20 <= 0x66) }
    /// A letter, a digit, an underscore, or a part of a character beyond ASCII.
    var isWord: Bool { isDigit || self == 0x5F || self >= 0x80 || (self | 0x20 >= 0x61 && self | 0x20 <= 0x7A) }
}
