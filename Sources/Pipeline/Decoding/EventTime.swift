import Embedding

/// Reads an event's time from a JSON field, or a table's column: a number of seconds or milliseconds since 1970, or text in ISO 8601.
package enum EventTime {
    /// Numbers from here on are milliseconds: as seconds they would lie beyond the year 5000.
    private static let firstMillisecond = 1e11

    /// Milliseconds since 1970; nil for what is no time.
    static func milliseconds(_ value: JSONValue) -> Int64? {
        switch value {
        case .number(let number): milliseconds(number)
        case .string(let text): milliseconds(text)
        default: nil
        }
    }

    static func milliseconds(_ number: Double) -> Int64? {
        guard number.isFinite, abs(number) < 1e15 else { return nil }
        return Int64((abs(number) < firstMillisecond ? number * 1000 : number).rounded())
    }

    /// `2021-01-31`, `2021-01-31T10:15`, `2021-01-31 10:15:30.250`, each with `Z` or an offset such as `+02:00`; without
    /// one it is universal time. Digits alone are read as a number.
    package static func milliseconds(_ text: String) -> Int64? {
        if let number = Double(text) { return milliseconds(number) }
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let year = scanner.number(digits: 4), scanner.take("-"), let month = scanner.number(digits: 2),
            scanner.take("-"), let day = scanner.number(digits: 2), (1...12).contains(month),
            (1...length(of: month, in: year)).contains(day)
        else { return nil }
        var milliseconds = days(year, month, day) * 86_400_000
        guard !scanner.isAtEnd else { return milliseconds }
        guard scanner.take("T") || scanner.take("t") || scanner.take(" "), let clock = scanner.clock(),
            let offset = scanner.zone(), scanner.isAtEnd
        else { return nil }
        milliseconds += clock - offset
        return milliseconds
    }

    /// What is said of a field that holds none.
    static func rejection(of name: String) -> InputRejection {
        InputRejection(
            .wrongType,
            "field \"\(name)\" is no time; seconds or milliseconds since 1970, or a date such as "
                + "2021-01-31T10:15:00Z, are expected"
        )
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin with March.
    static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func length(of month: Int64, in year: Int64) -> Int64 {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    private struct Scanner {
        var rest: ArraySlice<UInt8>

        var isAtEnd: Bool { rest.isEmpty }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard let first = rest.first, UInt32(first) == character.value else { return false }
            rest = rest.dropFirst()
            return true
        }

        mutating func number(digits: Int) -> Int64? {
            let part = rest.prefix(digits)
            guard part.count == digits, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            rest = rest.dropFirst(digits)
            return part.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
        }

        /// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fff` in milliseconds; further digits of a second are dropped.
        mutating func clock() -> Int64? {
            guard let hour = number(digits: 2), hour < 24, take(":"), let minute = number(digits: 2), minute < 60 else {
                return nil
            }
            var milliseconds = (hour * 60 + minute) * 60_000
            guard take(":") else { return milliseconds }
            guard let second = number(digits: 2), second < 61 else { return nil }
            milliseconds += second * 1000
            guard take(".") || take(",") else { return milliseconds }
            var place: Int64 = 100
            var count = 0
            while let digit = number(digits: 1) {
                milliseconds += digit * place
                place /= 10
                count += 1
            }
            return count > 0 ? milliseconds : nil
        }

        /// The offset to universal time in milliseconds; 0 where nothing is left.
        mutating func zone() -> Int64? {
            if isAtEnd || take("Z") || take("z") { return 0 }
            let isEast = take("+")
            guard isEast || take("-"), let hours = number(digits: 2), hours < 24 else { return nil }
            _ = take(":")
            let minutes = isAtEnd ? 0 : number(digits: 2)
            guard let minutes, minutes < 60 else { return nil }
            return (hours * 60 + minutes) * (isEast ? 60_000 : -60_000)
        }
    }
}
