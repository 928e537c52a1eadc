import Templates

/// A book with what it reads lines with.
struct Mining {
    var book: TemplateBook
    var scanner = LineScanner()

    init(_ options: TemplateOptions = TemplateOptions()) { book = TemplateBook(options: options) }

    /// The id that a line gets.
    @discardableResult
    mutating func learn(_ line: String) -> Int { book.learn(line, with: &scanner) }

    /// The id that a line gets, and what varies in it.
    mutating func learned(_ line: String) -> (id: Int, template: String, parameters: [String]) {
        let id = learn(line)
        var line = line
        let ranges = book.parameterRanges(template: id, in: scanner)
        let parameters = line.withUTF8 { line in ranges.map { String(decoding: line[$0], as: UTF8.self) } }
        return (id, book.template(id)?.text ?? "", parameters)
    }

    /// The template that one line alone gets.
    static func template(_ line: String) -> String {
        var mining = Mining()
        return mining.learned(line).template
    }
}
