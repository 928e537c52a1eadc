import Kernels

/// A moment as a clock and a calendar show it.
struct Moment: Equatable, CustomStringConvertible {
    /// Days since 1970-01-01.
    var day: Int
    /// Milliseconds since midnight.
    var millisecond: Int
    /// What a record said, in short.
    var description: String

    /// Numbers from here on are milliseconds: as seconds they would lie beyond the year 5000.
    private static let firstMillisecond = 1e11

    init?(_ value: FeatureValue) {
        switch value {
        case .number(let number): self.init(number)
        case .text(let text): self.init(text)
        default: return nil
        }
    }

    private init(day: Int, millisecond: Int, description: String) {
        self.day = day
        self.millisecond = millisecond
        self.description = description
    }

    private init?(_ number: Double) {
        guard number.isFinite, abs(number) < 1e15 else { return nil }
        let milliseconds = Int((abs(number) < Self.firstMillisecond ? number * 1000 : number).rounded())
        let day = Int((Double(milliseconds) / 86_400_000).rounded(.down))
        self.init(
            day: day,
            millisecond: milliseconds - day * 86_400_000,
            description: FeatureReader.text(of: number)
        )
    }

    /// `2021-01-31`, `2021-01-31T10:15`, `2021-01-31 10:15:30.250`, with or without `Z` or an offset: the clock that is
    /// written counts. Digits alone are read as a number.
    private init?(_ text: String) {
        if let number = Double(text) {
            self.init(number)
            return
        }
        let bytes = Array(text.utf8)
        func digits(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            return bytes[range].reduce(0 as Int?) { sum, byte in
                (0x30...0x39).contains(byte) ? sum.map { $0 * 10 + Int(byte) - 0x30 } : nil
            }
        }
        func has(_ character: Character, at place: Int) -> Bool {
            place < bytes.count && bytes[place] == character.asciiValue
        }
        guard let year = digits(0..<4), has("-", at: 4), let month = digits(5..<7), has("-", at: 7),
            let date = digits(8..<10), (1...12).contains(month), (1...Self.length(of: month, year)).contains(date)
        else { return nil }
        self.init(day: Self.days(year, month, date), millisecond: 0, description: text)
        if bytes.count == 10 { return }
        guard has("T", at: 10) || has("t", at: 10) || has(" ", at: 10), let hour = digits(11..<13), has(":", at: 13),
            let minute = digits(14..<16), hour < 24, minute < 60
        else { return nil }
        millisecond = (hour * 60 + minute) * 60_000
        if has(":", at: 16) {
            guard let second = digits(17..<19), second <= 60 else { return nil }
            millisecond += min(59, second) * 1000
        }
    }

    /// The place on a circle, from 0 to 1. Days lie in the middle of their share of a circle.
    func turn(of cycle: FeatureLayout.Cycle) -> Double {
        switch cycle {
        case .day: return Double(millisecond) / 86_400_000
        case .week:
            // 1970-01-01 was a Thursday, the fourth day.
            let weekday = ((day + 3) % 7 + 7) % 7
            return (Double(weekday) + 0.5) / 7
        case .month: return (Double(Self.civil(day).date) - 0.5) / 31
        case .year:
            let (year, _, _) = Self.civil(day)
            return (Double(day - Self.days(year, 1, 1)) + 0.5) / 366
        }
    }

    /// Whether there is a clock beside the date.
    var hasClock: Bool { millisecond != 0 }

    private static func length(of month: Int, _ year: Int) -> Int {
        if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
        return [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin with March.
    private static func days(_ year: Int, _ month: Int, _ date: Int) -> Int {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + date - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// The inverse of ``days(_:_:_:)``.
    private static func civil(_ day: Int) -> (year: Int, month: Int, date: Int) {
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
