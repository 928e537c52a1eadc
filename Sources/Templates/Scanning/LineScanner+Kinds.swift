// How paths, hosts, hexadecimal words and names with digits are told.

extension LineScanner {
    /// `/a`, `./a`, `~/a`, `C:\a`, `\\a`, `scheme://a`, `a/b/c`.
    static func isPath(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let run = bytes[chunk.start..<chunk.end]
        let slash = UInt8(ascii: "/")
        guard let first = run.first else { return false }
        if first == slash { return run.count == 1 || run[chunk.start + 1] != slash }
        if first == UInt8(ascii: "\\") { return run.dropFirst().first == UInt8(ascii: "\\") }
        if first == UInt8(ascii: ".") || first == UInt8(ascii: "~"), run.count > 1 {
            let second = run[chunk.start + 1]
            if second == slash { return true }
            if second == first, first == UInt8(ascii: "."), run.count > 2, run[chunk.start + 2] == slash { return true }
        }
        if run.count > 2, first.isLetter, run[chunk.start + 1] == UInt8(ascii: ":"),
            run[chunk.start + 2] == UInt8(ascii: "\\")
        {
            return true
        }
        guard chunk.bits.contains(.slash), !chunk.bits.isDisjoint(with: .anyLetter) else { return false }
        var slashes = 0
        var hasColon = false
        var position = chunk.start
        while position < chunk.end {
            if run[position] == UInt8(ascii: ":") { hasColon = true }
            if run[position] == slash {
                slashes += 1
                let isScheme = position > chunk.start && run[position - 1] == UInt8(ascii: ":")
                if isScheme, position + 1 < chunk.end, run[position + 1] == slash { return true }
                // The name of a field stands before it.
                if hasColon { return false }
                // Digits on both sides: a date, a share.
                if position > chunk.start, position + 1 < chunk.end, run[position - 1].isDigit,
                    run[position + 1].isDigit
                {
                    return false
                }
            }
            position += 1
        }
        return slashes > 1 || (slashes == 1 && chunk.bits.contains(.dot) && hasExtension(run))
    }

    private static func hasExtension(_ run: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        zip(run, run.dropFirst()).contains { $0 == UInt8(ascii: ".") && $1.isLetter }
    }

    /// `name@place`; where there are digits the place has a domain, since objects are printed as `Class@1f2e` too.
    static func isMailAddress(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let at = bytes[chunk.start..<chunk.end].firstIndex(of: UInt8(ascii: "@")), at > chunk.start,
            at + 1 < chunk.end, chunk.bits.isDisjoint(with: [.slash, .backslash, .colon])
        else { return false }
        return !chunk.bits.contains(.digit) || isHost(Chunk(start: at + 1, end: chunk.end, in: bytes), in: bytes)
    }

    /// Labels of letters, digits and dashes that end with a top-level domain, or as systemd's units do.
    static func isHost(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard chunk.bits.isSubset(of: [.digit, .letter, .hexLetter, .dot, .dash, .underscore]) else { return false }
        let run = bytes[chunk.start..<chunk.end]
        guard let last = run.lastIndex(of: UInt8(ascii: ".")), let first = run.firstIndex(of: UInt8(ascii: ".")),
            first > chunk.start, last + 1 < chunk.end
        else { return false }
        let ending = run[(last + 1)...]
        guard ending.allSatisfy(\.isLowercase), !Words.packages.contains(run[..<first]) else { return false }
        if Words.domains.contains(ending) || Words.managed.contains(ending) { return true }
        return ending.count == 2 && first != last && !Words.suffixes.contains(ending)
    }

    /// A hexadecimal number, a hardware or network address, a UUID.
    static func isHexadecimal(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let allowed: ByteClass = [.digit, .hexLetter, .colon, .dot, .dash, .slash, .sign]
        guard chunk.bits.contains(.digit) || chunk.bits.contains(.colon), chunk.bits.isSubset(of: allowed) else {
            return false
        }
        let run = bytes[chunk.start..<chunk.end]
        if chunk.bits.isDisjoint(with: [.colon, .dot, .dash, .slash, .sign]) {
            return run.count >= 6 || run[chunk.start].isDigit
        }
        guard chunk.bits.contains(.digit) else { return false }
        // Two letters between colons or dashes are a byte of an address; words are longer.
        var separators = 0
        var letters = 0
        var longest = 0
        for byte in run {
            if byte.isAlphanumeric {
                letters = byte.isDigit ? 0 : letters + 1
                longest = max(longest, letters)
            } else {
                separators += 1
                letters = 0
            }
        }
        return longest <= 2 || separators >= 4
    }

    /// Where an address such as `[fe80::1%eth0]:443` ends that begins here (RFC 3986, section 3.2.2); nil where there is none.
    static func addressEnd(from start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var (position, colons, isZone) = (start + 1, 0, false)
        while position < bytes.count, bytes[position] != UInt8(ascii: "]") {
            let byte = bytes[position]
            if byte == UInt8(ascii: "%") {
                isZone = true
            } else if byte == UInt8(ascii: ":"), !isZone {
                colons += 1
            } else if !byte.isHex, byte != UInt8(ascii: "."), !(isZone && byte.isAlphanumeric) {
                return nil
            }
            position += 1
        }
        // Times have two colons as well, but no empty group.
        let run = bytes[min(start + 1, position)..<position]
        let hasEmptyGroup = zip(run, run.dropFirst()).contains { $0 == UInt8(ascii: ":") && $1 == $0 }
        guard position < bytes.count, colons == 7 || (colons >= 2 && hasEmptyGroup) else { return nil }
        position += 1
        guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: ":"), bytes[position + 1].isDigit else {
            return position
        }
        position += 1
        while position < bytes.count, bytes[position].isDigit { position += 1 }
        return position
    }

    /// An identifier drawn at random, such as `jA9MJ3h0014121` or `qZ8x2LkP`: small letters, capitals and digits follow each
    /// other after fewer than three bytes in the mean, where a capital that begins a word is no change.
    static func isRandom(_ chunk: Chunk, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard chunk.end - chunk.start >= 8, chunk.bits.isSubset(of: .alphanumeric) else { return false }
        enum Case { case small, capital, digit }
        var (changes, digits, capitals, small) = (0, 0, 0, 0)
        var last: Case?
        for byte in bytes[chunk.start..<chunk.end] {
            let kind: Case = byte.isDigit ? .digit : byte.isUppercase ? .capital : .small
            switch kind {
            case .digit: digits += 1
            case .capital: capitals += 1
            case .small: small += 1
            }
            if let last, last != kind, !(last == .capital && kind == .small) { changes += 1 }
            last = kind
        }
        return digits >= 2 && capitals >= 2 && small >= 1 && 3 * (changes + 1) > chunk.end - chunk.start
    }

    /// A name with digits in it: what is before the first and after the last of them is kept.
    mutating func pattern(_ chunk: Chunk, _ flags: LineToken.Flags, in bytes: UnsafeBufferPointer<UInt8>) {
        var (first, last, runs) = (chunk.end, chunk.start, 0)
        var position = chunk.start
        while position < chunk.end {
            guard bytes[position].isAlphanumeric else {
                position += 1
                continue
            }
            let start = position
            while position < chunk.end, bytes[position].isAlphanumeric { position += 1 }
            guard let value = Self.value(in: bytes[start..<position]) else { continue }
            first = min(first, value)
            last = position
            runs += 1
        }
        let isCapital = Self.isNumberedCapital(bytes[chunk.start..<chunk.end])
        if isCapital { first = chunk.start + 1 }
        let head = Self.head(chunk.start, first, isCapital: isCapital, in: bytes)
        let tail = runs > 2 ? 0 : Self.tail(last, chunk.end, in: bytes)
        guard head + tail > 0 else { return append(.number, chunk.start, chunk.end, flags) }
        var hash = LineHash.of(bytes, chunk.start, chunk.start + head)
        hash = LineHash.join(hash, LineHash.of(bytes, chunk.end - tail, chunk.end))
        var token = LineToken(
            kind: .pattern,
            flags: flags,
            hash: hash,
            start: Int32(chunk.start),
            end: Int32(chunk.end)
        )
        (token.head, token.tail, token.raw) = (Int32(head), Int32(tail), LineHash.of(bytes, chunk.start, chunk.end))
        append(pattern: token)
    }

    /// Where the value begins in a run of letters and digits: at its first digit where at least two letters stand
    /// before it, at its beginning where not, or where it reads as hexadecimal. Nil without digits.
    private static func value(in run: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        guard let digit = run.firstIndex(where: \.isDigit) else { return nil }
        if digit - run.startIndex < 2 || (run.count >= 6 && run.allSatisfy(\.isHex)) { return run.startIndex }
        return digit
    }

    private static func head(
        _ start: Int,
        _ end: Int,
        isCapital: Bool,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var end = end
        // A sign belongs to the number.
        while end - start > 1, bytes[end - 1] == UInt8(ascii: "-") || bytes[end - 1] == UInt8(ascii: "+"),
            !bytes[end - 2].isAlphanumeric
        { end -= 1 }
        let letters = bytes[start..<end].count(where: \.isLetter)
        // One capital before a number is a kind of thing: `L1`, `J18`.
        return letters >= 2 || (letters == 1 && isCapital) ? end - start : 0
    }

    private static func isNumberedCapital(_ run: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        run.count <= 4 && run.first?.isUppercase == true && run.dropFirst().allSatisfy(\.isDigit)
    }

    private static func tail(_ start: Int, _ end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        guard start < end else { return 0 }
        let rest = bytes[start..<end]
        guard !bytes[start].isAlphanumeric, !rest.allSatisfy({ !$0.isLetter || $0.isHex }) else { return 0 }
        // Letters that make a word, and not a code's.
        var letters = 0
        for byte in rest {
            letters = byte.isLetter ? letters + 1 : 0
            if letters == 3 { return end - start }
        }
        return 0
    }

    /// Where a run of bytes changes between a script without spaces and any other: `用户17登录` is three pieces.
    static func scriptEnd(from start: Int, to end: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
        let isWide = ByteClass.table[Int(bytes[start])].contains(.wide)
        var position = start + 1
        while position < end {
            let byte = bytes[position]
            // Bytes from 0x80 to 0xBF go on a letter.
            if byte < 0x80 || byte >= 0xC0, ByteClass.table[Int(byte)].contains(.wide) != isWide { return position }
            position += 1
        }
        return end
    }
}
