/// Reads the time that a line of a log begins with.
///
/// Known are ISO 8601 and what is near it (`2015-07-29 17:41:41,536`, `2005-06-03-15.42.50.675872`, `17/06/09 20:10:40`),
/// syslog (`Jun 14 15:16:01`, with a year behind it or not), access logs (`10/Oct/2000:13:55:36 +0700`), `081109 203518`,
/// and seconds since 1970. Without a zone it is universal time; without a year, that of 1972, so that times of one line
/// after another can be compared, but for the turn of the year.
enum LineClock {
    /// Milliseconds since 1970; nil where the line does not begin with a time.
    static func milliseconds(of line: UnsafeBufferPointer<UInt8>) -> Int64? {
        let fields = Fields(line)
        for start in 0..<min(6, fields.parts.count) {
            if let found = time(fields.parts[start...], fields) { return found }
        }
        return nil
    }

    /// A run of digits or of letters.
    private struct Part {
        var range: Range<Int>
        /// What the digits say; nil for letters.
        var number: Int64?
        /// The byte before it; 0 at the beginning.
        var before: UInt8

        /// A number of so many digits.
        func digits(_ counts: ClosedRange<Int>) -> Int64? { counts.contains(range.count) ? number : nil }
    }

    private struct Fields {
        private static let longest = 96
        let line: UnsafeBufferPointer<UInt8>
        private(set) var parts: [Part] = []

        init(_ line: UnsafeBufferPointer<UInt8>) {
            self.line = line
            let end = min(line.count, Self.longest)
            var position = 0
            while position < end, parts.count < 16 {
                let isNumber = Self.isDigit(line[position])
                guard isNumber || Self.isLetter(line[position]) else {
                    position += 1
                    continue
                }
                let start = position
                var number: Int64 = 0
                while position < end, isNumber ? Self.isDigit(line[position]) : Self.isLetter(line[position]) {
                    if isNumber, position - start < 17 { number = number * 10 + Int64(line[position] - 0x30) }
                    position += 1
                }
                parts.append(
                    Part(
                        range: start..<position,
                        number: isNumber ? number : nil,
                        before: start == 0 ? 0 : line[start - 1]
                    )
                )
            }
        }

        private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

        /// 1 to 12 for the name of a month in three letters.
        func month(_ part: Part) -> Int64? {
            guard part.number == nil, part.range.count == 3 else { return nil }
            let name = String(decoding: line[part.range], as: UTF8.self).lowercased()
            return months.firstIndex(of: name).map { Int64($0 + 1) }
        }

        private var months: [String] {
            ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
        }
    }

    private static func time(_ parts: ArraySlice<Part>, _ fields: Fields) -> Int64? {
        let parts = Array(parts)
        guard let first = parts.first else { return nil }
        if let seconds = first.digits(10...10), seconds >= 100_000_000, first.before == 0 || first.before == 0x20 {
            return seconds * 1000
        }
        if first.range.count == 6, parts.count > 1, parts[1].range.count == 6, parts[1].before == 0x20,
            let date = first.number, let clock = parts[1].number
        {
            return moment(
                2000 + date / 10_000,
                date / 100 % 100,
                date % 100,
                clock / 10_000,
                clock / 100 % 100,
                clock % 100
            )
        }
        guard parts.count >= 5 else { return nil }
        if let month = fields.month(first), let day = parts[1].digits(1...2) {
            let year = parts.count > 5 && parts[5].before == 0x20 ? parts[5].digits(4...4) : nil
            return clock(parts, from: 2, year.map { (1970...2200).contains($0) ? $0 : 1972 } ?? 1972, month, day)
        }
        guard parts.count >= 6, let second = fields.month(parts[1]) ?? parts[1].digits(1...2) else { return nil }
        if let year = first.digits(4...4), let day = parts[2].digits(1...2) {
            return clock(parts, from: 3, year, second, day)
        }
        if let day = first.digits(1...2), let year = parts[2].digits(4...4) {
            return clock(parts, from: 3, year, second, day)
        }
        if let year = first.digits(2...2), let day = parts[2].digits(2...2), parts[1].before == 0x2f {
            return clock(parts, from: 3, 2000 + year, second, day)
        }
        return nil
    }

    /// Hours, minutes and seconds from a part on, a fraction and a zone where they follow.
    private static func clock(
        _ parts: [Part],
        from start: Int,
        _ year: Int64,
        _ month: Int64,
        _ day: Int64
    ) -> Int64? {
        var next = start
        // The `T` of ISO 8601.
        if parts[next].number == nil, parts[next].range.count == 1 { next += 1 }
        guard parts.count > next + 2, let hour = parts[next].digits(1...2), let minute = parts[next + 1].digits(2...2),
            let second = parts[next + 2].digits(2...2),
            parts[next + 1].before == 0x3a || parts[next + 1].before == 0x2e,
            var result = moment(year, month, day, hour, minute, second)
        else { return nil }
        next += 3
        if parts.count > next, let digits = parts[next].number, ".,".utf8.contains(parts[next].before),
            parts[next].range.lowerBound == parts[next - 1].range.upperBound + 1
        {
            let count = min(parts[next].range.count, 17)
            result += Int64((Double(digits) * 1000 / pow10(count)).rounded(.down))
            next += 1
        }
        if parts.count > next, let zone = parts[next].digits(2...4), "+-".utf8.contains(parts[next].before),
            parts[next].range.lowerBound <= parts[next - 1].range.upperBound + 2
        {
            let minutes =
                parts[next].range.count == 4
                ? zone / 100 * 60 + zone % 100
                : zone * 60
                    + (parts.count > next + 1 && parts[next + 1].before == 0x3a ? parts[next + 1].number ?? 0 : 0)
            result += minutes * (parts[next].before == 0x2b ? -60_000 : 60_000)
        }
        return result
    }

    private static func pow10(_ count: Int) -> Double { (0..<count).reduce(1) { result, _ in result * 10 } }

    private static func moment(
        _ year: Int64,
        _ month: Int64,
        _ day: Int64,
        _ hour: Int64,
        _ minute: Int64,
        _ second: Int64
    ) -> Int64? {
        guard (1...12).contains(month), (1...EventTime.length(of: month, in: year)).contains(day), hour < 24,
            minute < 60,
            second < 61
        else { return nil }
        return ((EventTime.days(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1000
    }
}
