/// What stands before the message of a line: when, how grave, where, who. It is lifted out, not clustered.
///
/// A header begins with a time (a date may stand before it, and one word before that); what follows is part of it while
/// it reads as one: a level, numbers, one bracketed word, the dotted name of a logger, names between separators, and in
/// the manner of syslog a host and a process. A line without a time is all message: the message itself may begin with a
/// word such as `error:`.
public struct LogHeader: Sendable, Equatable {
    /// Where the message begins.
    public private(set) var end = 0
    /// The level's word.
    public internal(set) var level: Range<Int>?
    /// The host's name.
    public internal(set) var host: Range<Int>?
    /// The name of the process or the logger.
    public internal(set) var process: Range<Int>?

    var hasTime = false
    var hasDate = false

    /// The header of a line; empty where there is none.
    public init(of line: UnsafeBufferPointer<UInt8>) {
        var fields = HeaderFields(line)
        let isSyslog = skipPriority(&fields, in: line)
        var skipped = 0
        while !hasTime, let field = fields.next() {
            if isTime(field, fields, in: line) || line[field.inner].elementsEqual("-".utf8) { continue }
            if let message = numberedHeader(field, fields, in: line) {
                lift(to: message)
                return
            }
            if openSpecially(field, &fields, in: line) {
                hasTime = true
                continue
            }
            // One word may stand before a date; nothing between a date and its time but a weekday or a comma.
            guard !hasDate, skipped == 0 else {
                reset()
                return
            }
            skipped += 1
        }
        guard hasTime, skipped == 0 || hasDate else {
            reset()
            return
        }
        end = fields.position
        if isSyslog { readSyslogFields(&fields, in: line) } else { readRest(&fields, in: line) }
        while end < line.count, line[end] == UInt8(ascii: " ") || line[end] == UInt8(ascii: "\t") { end += 1 }
        // A line that is nothing but a header is its own message.
        if end >= line.count { reset() }
    }

    /// Counts what stands before a position to the header.
    mutating func lift(to position: Int) { end = position }

    private mutating func reset() {
        (end, level, host, process, hasTime, hasDate) = (0, nil, nil, nil, false, false)
    }

    // MARK: - Time

    /// Whether a field is a date or a time of day; takes note of it.
    private mutating func isTime(
        _ field: HeaderField,
        _ fields: HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let text = line[field.inner]
        if Words.days.contains(text) || Words.months.contains(text) {
            hasDate = true
            return true
        }
        switch HeaderTime(text) {
        case .none:
            // `01 Jan`, `Jan 01`, `03-17 16:13:38`
            let isDay = text.count <= 4 && text.allSatisfy(\.isDigit)
            guard
                (isDay && (hasDate || isBeforeMonth(fields, in: line))) || isShortDate(text, fields, in: line)
                    || isNamedDate(text)
            else { return false }
            hasDate = true
        case .date: hasDate = true
        case .time: hasTime = true
        case .both: (hasDate, hasTime) = (true, true)
        }
        return true
    }

    /// `01-Mar-2024`
    private func isNamedDate(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { "-/".utf8.contains($0) }
        guard parts.count == 3, Words.months.contains(parts[1]) else { return false }
        return [parts[0], parts[2]].allSatisfy { (1...4).contains($0.count) && $0.allSatisfy(\.isDigit) }
    }

    private func isBeforeMonth(_ fields: HeaderFields, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        var following = fields
        return following.next().map { Words.months.contains(line[$0.inner]) } ?? false
    }

    /// A day and a month before a time of day.
    private func isShortDate(
        _ text: Slice<UnsafeBufferPointer<UInt8>>,
        _ fields: HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let parts = text.split(omittingEmptySubsequences: false) { "-./".utf8.contains($0) }
        guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.count) && $0.allSatisfy(\.isDigit) }) else {
            return false
        }
        var following = fields
        return following.next().map { HeaderTime(line[$0.inner]) == .time } ?? false
    }

    // MARK: - What follows

    private mutating func readRest(_ fields: inout HeaderFields, in line: UnsafeBufferPointer<UInt8>) {
        var (numbers, brackets) = (0, 0)
        var followsSeparator = false
        while let field = fields.next() {
            let text = line[field.inner]
            let isSeparator = Self.isSeparator(text)
            if text.count == 4, host == nil, level == nil, text.allSatisfy(\.isDigit), field.isBracketed == false,
                line[field.outer.lowerBound - 1] == UInt8(ascii: " "), numbers == 0, isYear(text)
            {
                // The year of a date that ends with it.
            } else if isSeparator {
                // A separator.
            } else if level == nil, process == nil || followsSeparator, Words.levels.contains(text) {
                level = field.inner
            } else if isLetterLevel(field, fields, in: line) || isMarkedLevel(field, in: line) {
                level = field.inner
            } else if isDatabaseSession(field, fields, in: line) {
                // Who asked.
            } else if Words.zones.contains(text) || Self.isOffset(text) || HeaderTime(text) != .none {
                // A time in two parts.
            } else if isStream(field, &fields, in: line) {
                // What a container wrote, and where.
            } else if !field.isBracketed, numbers < 2, text.allSatisfy(\.isDigit) {
                numbers += 1
            } else if field.isBracketed, brackets == 0, isLifted(field, numbers, fields, in: line) {
                brackets += 1
            } else if process == nil, let name = processName(field, in: line) ?? callSite(field, in: line) {
                process = name
            } else if process == nil, followsSeparator, let name = nameBeforeSeparator(field, fields, in: line) {
                process = name
            } else if host == nil, process == nil, level == nil, isHostBeforeProcess(field, fields, in: line) {
                host = field.inner
            } else {
                return
            }
            followsSeparator = isSeparator
            end = fields.position
        }
    }

    /// `+0100`, `-07:00`
    private static func isOffset(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let sign = text.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        return text.dropFirst().count(where: \.isDigit) == 4
            && text.dropFirst().allSatisfy { $0.isDigit || $0 == UInt8(ascii: ":") }
    }

    private static func isSeparator(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        text.allSatisfy { "-:|".utf8.contains($0) } || (text.count == 1 && "*#".utf8.contains(text[text.startIndex]))
    }

    /// A bracket is part of the header behind a level or numbers, where it holds a number, and before a level.
    private func isLifted(
        _ field: HeaderField,
        _ numbers: Int,
        _ fields: HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let text = line[field.inner]
        if level != nil || numbers > 0 { return !isSaying(text) }
        if !text.isEmpty, text.allSatisfy(\.isDigit) { return true }
        var following = fields
        return following.next().map { Words.levels.contains(line[$0.inner]) } ?? false
    }

    private func isYear(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        text.starts(with: "19".utf8) || text.starts(with: "20".utf8)
    }

    /// A bracket that tells something, `[instance: …]` or `[client 1.2.3.4]`, is part of the message.
    private func isSaying(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard let space = text.firstIndex(of: UInt8(ascii: " ")) else { return false }
        let first = text[..<space]
        return first.allSatisfy { $0.isLowercase || $0 == UInt8(ascii: ":") }
    }

    /// `name[12]:`, `name:`, `a.b.c`: the range of the name.
    private func processName(_ field: HeaderField, in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard !field.isBracketed else { return nil }
        let text = line[field.outer]
        guard text.first?.isLetter == true || text.first == UInt8(ascii: "."), !text.contains(UInt8(ascii: "=")) else {
            return nil
        }
        let isTagged = text.last == UInt8(ascii: ":")
        let name = text.prefix { $0.isAlphanumeric || "._-$/@".utf8.contains($0) }
        if isTagged {
            let rest = text.dropFirst(name.count).dropLast()
            let hasNumber = rest.last == UInt8(ascii: "]")
            guard rest.isEmpty || hasNumber else { return nil }
            // Without a host or a level before it, or a number in it, `word:` begins the message.
            let isLevelled = level.map { name.contains(UInt8(ascii: ".")) || $0.count == 1 } ?? false
            guard hasNumber || host != nil || isLevelled else { return nil }
            return name.startIndex..<name.endIndex
        }
        guard level != nil, name.count == text.count, name.contains(UInt8(ascii: ".")), name.last != UInt8(ascii: ".")
        else { return nil }
        return name.startIndex..<name.endIndex
    }

    private func isHostBeforeProcess(
        _ field: HeaderField,
        _ fields: HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard !field.isBracketed, line[field.outer].allSatisfy({ $0.isAlphanumeric || "._-/".utf8.contains($0) }) else {
            return false
        }
        var following = fields
        guard let next = following.next(), !next.isBracketed, line[next.outer].last == UInt8(ascii: ":") else {
            return false
        }
        return line[next.outer].first?.isLetter == true
    }
}

/// Whether a word is a date, a time of day or both.
enum HeaderTime {
    case none, date, time, both

    init(_ text: Slice<UnsafeBufferPointer<UInt8>>) {
        var groups: [Int] = []
        var marks: [UInt8] = []
        var length = 0
        for byte in text {
            if byte.isDigit {
                length += 1
            } else if length > 0, "-/.:,TZ+_".utf8.contains(byte) {
                groups.append(length)
                marks.append(byte)
                length = 0
            } else if byte != UInt8(ascii: "Z") {
                self = .none
                return
            }
        }
        if length > 0 { groups.append(length) }
        self = Self.kind(groups, marks)
    }

    private static func kind(_ groups: [Int], _ marks: [UInt8]) -> HeaderTime {
        // `20171223-22:15:29`, `20171223T221529Z`
        if groups.first == 8, marks.first == UInt8(ascii: "-") || marks.first == UInt8(ascii: "T"),
            groups.dropFirst().first == (groups.count == 2 ? 6 : 2)
        {
            return .both
        }
        guard groups.count >= 3, marks.count >= 2 else { return .none }
        let isYearFirst = groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2
        let isYearLast = groups[0] <= 2 && groups[1] <= 2 && (groups[2] == 4 || groups[2] == 2)
        let isDate = marks[0] == marks[1] && marks[0] != UInt8(ascii: ":") && marks[0] != UInt8(ascii: ",")
        if isDate, isYearFirst || (isYearLast && marks[0] == UInt8(ascii: "/")) {
            return groups.count >= 5 ? .both : .date
        }
        let isClock = marks[0] == UInt8(ascii: ":") && groups[0] <= 2 && groups[1] == 2
        return isClock && marks[1] == UInt8(ascii: ":") && groups[2] == 2 && groups.count <= 4 ? .time : .none
    }
}
