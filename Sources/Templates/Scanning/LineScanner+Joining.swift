// What several tokens of a line make together.

extension LineScanner {
    /// Weekdays, months and time zones beside a number are part of the date.
    mutating func joinDates() {
        let count = tokens.count
        var kept = 0
        for index in 0..<count {
            var token = tokens[index]
            let last = kept > 0 ? tokens[kept - 1].kind : .word
            let follows = last == .number
            if token.flags.contains(.day) {
                let next = index + 1 < count ? tokens[index + 1] : nil
                if follows || next?.kind == .number || next?.flags.contains(.day) == true {
                    (token.kind, token.hash) = (.number, LineToken.variableHash)
                    variables += 1
                }
            } else if follows, token.flags.contains(.zone) {
                (token.kind, token.hash) = (.number, LineToken.variableHash)
            }
            if token.kind.isVariable, last.isVariable {
                tokens[kept - 1].end = token.end
            } else {
                tokens[kept] = token
                kept += 1
            }
        }
        tokens.removeLast(count - kept)
    }

    /// `1165 bytes (1.13 KB)`: a size that is said once more in brackets is one value. `position` is that of the closing one.
    mutating func closesSize(at position: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let last = tokens.count - 1
        guard last >= 2, tokens[last].kind == .number, tokens[last - 2].kind == .number, tokens[last - 1].kind == .mark,
            tokens[last - 1].hash == Self.opening[0], Int(tokens[last].end) == position,
            Self.isSize(tokens[last], in: bytes), Self.isSize(tokens[last - 2], in: bytes)
        else { return false }
        tokens.removeLast(2)
        tokens[last - 2].end = Int32(position + 1)
        variables -= 1
        return true
    }

    /// Whether a number ends with a unit of bytes.
    private static func isSize(_ token: LineToken, in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let unit = bytes[token.range].reversed().prefix(while: \.isLetter).reversed()
        return !unit.isEmpty && Words.sizes.contains(Array(unit))
    }

    /// Keeps one period of what repeats itself and has a value in it.
    mutating func joinPeriods() {
        guard tokens.withUnsafeBufferPointer(Self.repeats) else { return }
        let count = tokens.count
        var kept = 0
        var index = 0
        while index < count {
            if let period = period(at: index, count) {
                // The values of a list of single ones are one value.
                if period == 1 { tokens[index + 1].start = tokens[index].start }
                index += period
                continue
            }
            if kept != index { tokens[kept] = tokens[index] }
            kept += 1
            index += 1
        }
        if kept < count { tokens.removeLast(count - kept) }
    }

    /// Whether there is any repeated period with a value in it: found from pairs of equal values not far apart.
    private static func repeats(_ tokens: UnsafeBufferPointer<LineToken>) -> Bool {
        for index in tokens.indices where tokens[index].kind.isVariable || tokens[index].kind == .pattern {
            let hash = tokens[index].hash
            var distance = 1
            while distance <= maximumPeriod, index + distance < tokens.count {
                defer { distance += 1 }
                guard tokens[index + distance].hash == hash else { continue }
                var equal = 1
                var before = index - 1
                while equal < distance, before >= 0, tokens[before].hash == tokens[before + distance].hash {
                    equal += 1
                    before -= 1
                }
                var after = index + 1
                while equal < distance, after + distance < tokens.count,
                    tokens[after].hash == tokens[after + distance].hash
                {
                    equal += 1
                    after += 1
                }
                if equal == distance { return true }
            }
        }
        return false
    }

    private func period(at index: Int, _ count: Int) -> Int? {
        let longest = min(Self.maximumPeriod, (count - index) / 2)
        guard longest > 0 else { return nil }
        let hash = tokens[index].hash
        search: for period in 1...longest where tokens[index + period].hash == hash {
            var holdsValue = false
            for offset in 0..<period {
                let token = tokens[index + offset]
                guard token.hash == tokens[index + period + offset].hash else { continue search }
                if token.kind.isVariable || token.kind == .pattern { holdsValue = true }
            }
            if holdsValue, isBalanced(index..<(index + period)) { return period }
        }
        return nil
    }

    /// Whether a period has both quotes of each pair, and as many closing brackets as opening ones.
    private func isBalanced(_ range: Range<Int>) -> Bool {
        var (quotes, depth) = (0, 0)
        for token in tokens[range] where token.kind == .mark {
            if Self.quotes.contains(token.hash) { quotes += 1 }
            if Self.opening.contains(token.hash) { depth += 1 }
            if Self.closing.contains(token.hash) { depth -= 1 }
        }
        return depth == 0 && quotes.isMultiple(of: 2)
    }

    private static let quotes = "\"'`".utf8.map { LineHash.of($0) }
    private static let opening = "([{<".utf8.map { LineHash.of($0) }
    private static let closing = ")]}>".utf8.map { LineHash.of($0) }
}
