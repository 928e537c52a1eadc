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

    /// What the line that was scanned last has at the places of its template that vary, in order.
    ///
    /// - Parameters:
    ///   - line: the line that was learned or matched last with `scanner`.
    ///   - id: its template.
    public func parameters(of line: UnsafeBufferPointer<UInt8>, template id: Int, in scanner: LineScanner) -> [String] {
        guard let index = index(of: id), templates[index].parts.count == scanner.tokens.count else { return [] }
        var result: [String] = []
        for (part, token) in zip(templates[index].parts, scanner.tokens) {
            switch part.kind {
            case .word, .mark: continue
            case .pattern where part.constant != nil: continue
            case .pattern: result.append(String(decoding: line[token.varying], as: UTF8.self))
            case .number, .text, .open: result.append(String(decoding: line[token.range], as: UTF8.self))
            }
        }
        return result
    }
}
