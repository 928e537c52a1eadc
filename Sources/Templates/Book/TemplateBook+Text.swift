extension TemplateBook {
    /// As ``learn(_:with:)``, of a string.
    public mutating func learn(_ line: String, with scanner: inout LineScanner) -> Int {
        var line = line
        return line.withUTF8 { learn($0, with: &scanner) }
    }

    /// As ``match(_:with:)``, of a string.
    public func match(_ line: String, with scanner: inout LineScanner) -> Int? {
        var line = line
        return line.withUTF8 { match($0, with: &scanner) }
    }

    /// Where the line that was scanned last has what varies, in bytes and in order.
    ///
    /// - Parameters:
    ///   - id: the template of the line that was learned or matched last with `scanner`.
    public func parameterRanges(template id: Int, in scanner: LineScanner) -> [Range<Int>] {
        guard let index = index(of: id) else { return [] }
        let (parts, tokens) = (templates[index].parts, scanner.tokens)
        guard parts.count == tokens.count || (parts.last?.kind == .rest && tokens.count >= parts.count - 1) else {
            return []
        }
        var result: [Range<Int>] = []
        for (position, part) in parts.enumerated() {
            let range: Range<Int>
            switch part.kind {
            case .word, .mark: continue
            case .pattern where part.constant != nil: continue
            case .pattern: range = tokens[position].varying
            case .number, .text, .open: range = tokens[position].range
            case .rest:
                guard position < tokens.count, let last = tokens.last else { continue }
                range = Int(tokens[position].start)..<Int(last.end)
            }
            result.append(range)
        }
        return result
    }
}
