// Headers that begin, or go on, in the manner of one family of programs.

extension LogHeader {
    // MARK: - Beginnings

    /// `<34>` of syslog (RFC 3164), and `<34>1 ` (RFC 5424): the priority and the version. Whether it was the latter.
    func skipPriority(_ fields: inout HeaderFields, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        let close = UInt8(ascii: ">")
        guard line.first == UInt8(ascii: "<"), let end = line.prefix(5).firstIndex(of: close), end > 1,
            line[1..<end].allSatisfy(\.isDigit)
        else { return false }
        var next = end + 1
        let isVersioned = next + 1 < line.count && line[next].isDigit && line[next + 1] == UInt8(ascii: " ")
        if isVersioned { next += 1 }
        fields.skip(to: next)
        return isVersioned
    }

    /// Whether a time begins with a field as in few other headers; it is passed over.
    mutating func openSpecially(
        _ field: HeaderField,
        _ fields: inout HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        isCompactTime(field, &fields, in: line) || isGlogTime(field, &fields, in: line)
            || isEpoch(field, &fields, in: line) || isSinceBoot(field, in: line)
    }

    /// `081109 203615`: two times six digits, and a level soon after.
    private func isCompactTime(
        _ field: HeaderField,
        _ fields: inout HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        guard field.inner.lowerBound == 0, line[field.inner].count == 6, line[field.inner].allSatisfy(\.isDigit) else {
            return false
        }
        var following = fields
        guard let clock = following.next(), clock.inner.count == 6, line[clock.inner].allSatisfy(\.isDigit) else {
            return false
        }
        let behind = following
        for _ in 0..<2 {
            if let next = following.next(), Words.levels.contains(line[next.inner]) {
                fields = behind
                return true
            }
        }
        return false
    }

    /// `I0301 10:00:00.123456`: level, month and day in one word, of glog and klog.
    private mutating func isGlogTime(
        _ field: HeaderField,
        _ fields: inout HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let text = line[field.inner]
        guard field.inner.lowerBound == 0, text.count == 5, let first = text.first, "IWEFD".utf8.contains(first),
            text.dropFirst().allSatisfy(\.isDigit)
        else { return false }
        var following = fields
        guard let clock = following.next(), HeaderTime(line[clock.inner]) == .time else { return false }
        fields = following
        level = field.inner.lowerBound..<(field.inner.lowerBound + 1)
        return true
    }

    /// `1131566461 2005.11.09 dn228 Nov 9 12:01:01`: seconds since 1970 before a date; where a host and another time follow,
    /// these are passed over too.
    private mutating func isEpoch(
        _ field: HeaderField,
        _ fields: inout HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let text = line[field.inner]
        guard text.count == 10, text.first == UInt8(ascii: "1"), text.allSatisfy(\.isDigit) else { return false }
        var following = fields
        guard let date = following.next(), HeaderTime(line[date.inner]) != .none else { return false }
        fields = following
        hasDate = true
        guard let name = following.next(), let next = following.next() else { return true }
        let isRepeated: Bool
        if Words.months.contains(line[next.inner]) {
            isRepeated = following.next() != nil && following.next().map { HeaderTime(line[$0.inner]) } == .time
        } else {
            isRepeated = HeaderTime(line[next.inner]) != .none
        }
        guard isRepeated else { return true }
        fields = following
        // The host once more, and what stands in capitals before the level.
        if let again = following.next(),
            line[again.inner].prefix(while: { $0 != UInt8(ascii: "/") }).elementsEqual(line[name.inner])
                || line[again.inner].drop(while: { $0 != UInt8(ascii: "@") }).dropFirst().elementsEqual(
                    line[name.inner]
                )
        {
            fields = following
        }
        var capitals = fields
        for _ in 0..<3 {
            guard let word = capitals.next(), line[word.inner].allSatisfy({ $0.isUppercase || $0 == UInt8(ascii: "_") })
            else { break }
            guard Words.levels.contains(line[word.inner]) else { continue }
            (fields, level) = (capitals, word.inner)
            return true
        }
        // In the manner of syslog, a process follows.
        host = name.inner
        return true
    }

    /// `350766 node-109 unix.hw state_change.unavailable 1084680778 1 `, of collectors that number what they write: a number,
    /// the host and up to three more names, seconds since 1970 and a flag. Where the message begins; nil for other lines.
    mutating func numberedHeader(
        _ field: HeaderField,
        _ fields: HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        guard field.inner.lowerBound == 0, !line[field.inner].isEmpty, line[field.outer].allSatisfy(\.isDigit) else {
            return nil
        }
        var following = fields
        var names: [Range<Int>] = []
        while names.count <= 4, let next = following.next(), !next.isBracketed {
            let text = line[next.outer]
            if text.count == 10, text.first == UInt8(ascii: "1"), text.allSatisfy(\.isDigit), let first = names.first {
                guard let flag = following.next(), flag.outer.count == 1, line[flag.outer].allSatisfy(\.isDigit) else {
                    return nil
                }
                let message = line[flag.outer.upperBound...].firstIndex { $0 != UInt8(ascii: " ") }
                guard let message else { return nil }
                host = first
                if names.count > 1 { process = names[1] }
                return message
            }
            guard text.first?.isLetter == true, text.allSatisfy({ $0.isAlphanumeric || "._-".utf8.contains($0) }) else {
                return nil
            }
            names.append(next.inner)
        }
        return nil
    }

    /// `[  123.456789]`: seconds since the kernel began.
    private func isSinceBoot(_ field: HeaderField, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard field.inner.lowerBound > 0, line[0] == UInt8(ascii: "["),
            line[1..<field.inner.lowerBound].allSatisfy({ $0 == UInt8(ascii: " ") })
        else { return false }
        let parts = line[field.inner].split(omittingEmptySubsequences: false) { $0 == UInt8(ascii: ".") }
        guard parts.count == 2, parts[1].count == 6, parts[1].allSatisfy(\.isDigit) else { return false }
        return parts[0].drop { $0 == UInt8(ascii: " ") }.allSatisfy(\.isDigit)
    }

    // MARK: - What follows

    /// Host, program, process and message ids, and structured data of RFC 5424.
    mutating func readSyslogFields(_ fields: inout HeaderFields, in line: UnsafeBufferPointer<UInt8>) {
        let names = (0..<4).map { _ in fields.next() }
        guard names.allSatisfy({ $0?.isBracketed == false }), let data = fields.next() else { return }
        guard data.isBracketed || line[data.inner].elementsEqual("-".utf8) else { return }
        func named(_ field: HeaderField?) -> Range<Int>? {
            field.flatMap { line[$0.inner].elementsEqual("-".utf8) ? nil : $0.inner }
        }
        (host, process) = (named(names[0]), named(names[1]))
        lift(to: fields.position)
    }

    /// `D` of Android before a tag: a level of one letter.
    func isLetterLevel(_ field: HeaderField, _ fields: HeaderFields, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard level == nil, field.outer.count == 1, "VDIWEF".utf8.contains(line[field.outer.lowerBound]) else {
            return false
        }
        var following = fields
        guard let tag = following.next(), !tag.isBracketed else { return false }
        if line[tag.outer].last == UInt8(ascii: ":") { return true }
        return following.next().map { line[$0.outer].elementsEqual(":".utf8) } ?? false
    }

    /// `LOG:` of PostgreSQL.
    func isMarkedLevel(_ field: HeaderField, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        level == nil && !field.isBracketed && line[field.outer].last == UInt8(ascii: ":")
            && line[field.inner].allSatisfy(\.isUppercase) && Words.marked.contains(line[field.inner])
    }

    /// `alice@shop` before a level and its colon, as PostgreSQL names who asked and which database.
    func isDatabaseSession(_ field: HeaderField, _ fields: HeaderFields, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard level == nil, !field.isBracketed, line[field.inner].contains(UInt8(ascii: "@")) else { return false }
        var following = fields
        guard let next = following.next() else { return false }
        return isMarkedLevel(next, in: line)
            || (line[next.outer].last == UInt8(ascii: ":") && Words.levels.contains(line[next.inner]))
    }

    /// `stdout F`: where a container wrote, and whether the line is whole.
    func isStream(_ field: HeaderField, _ fields: inout HeaderFields, in line: UnsafeBufferPointer<UInt8>) -> Bool {
        let text = line[field.outer]
        guard text.elementsEqual("stdout".utf8) || text.elementsEqual("stderr".utf8) else { return false }
        var following = fields
        guard let tag = following.next(), ["F", "P"].contains(where: { line[tag.outer].elementsEqual($0.utf8) }) else {
            return false
        }
        fields = following
        return true
    }

    /// `controller/main.go:33`, `server.go:120]`: the place in the source, behind a level.
    func callSite(_ field: HeaderField, in line: UnsafeBufferPointer<UInt8>) -> Range<Int>? {
        guard level != nil, !field.isBracketed,
            let colon = line[field.inner].lastIndex(of: UInt8(ascii: ":")), colon + 1 < field.inner.upperBound,
            line[(colon + 1)..<field.inner.upperBound].allSatisfy(\.isDigit)
        else { return nil }
        let name = line[field.inner.lowerBound..<colon]
        guard name.contains(UInt8(ascii: ".")), name.first?.isLetter == true,
            name.allSatisfy({ $0.isAlphanumeric || "._-/".utf8.contains($0) })
        else { return nil }
        return name.startIndex..<name.endIndex
    }

    /// `- shop -`, `| module:function:12 -`: a name between separators; behind the level one of several parts.
    func nameBeforeSeparator(
        _ field: HeaderField,
        _ fields: HeaderFields,
        in line: UnsafeBufferPointer<UInt8>
    ) -> Range<Int>? {
        guard !field.isBracketed, line[field.inner].first?.isLetter == true,
            line[field.inner].allSatisfy({ $0.isAlphanumeric || "._-/:$<>".utf8.contains($0) }),
            level == nil || line[field.inner].contains(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") })
        else { return nil }
        var following = fields
        guard let next = following.next(), ["-", "|"].contains(where: { line[next.outer].elementsEqual($0.utf8) })
        else {
            return nil
        }
        return field.inner
    }
}
