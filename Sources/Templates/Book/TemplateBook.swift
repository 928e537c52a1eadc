/// The templates of a stream, mined as it goes: each line gets the id of its template at once.
///
/// A line whose shape is known is found by a hash. Any other is first held against the templates with the same first word
/// and number of tokens as they are, then against what they could become (``Alignment``); only then a template is born.
/// Later lines correct what was decided early: templates that differ in one word alone become one when there are many of
/// them, and a place that was opened up but only ever had a handful of words is closed again. A book depends on its lines
/// alone, has a ceiling, and goes on after storing as it would have without.
public struct TemplateBook: Sendable {
    /// How templates are mined.
    public let options: TemplateOptions
    /// The living templates in order of id.
    public internal(set) var templates: [Template] = []
    /// The lines seen.
    public internal(set) var lines: UInt64 = 0
    /// The documents (sessions) whose templates were counted.
    public internal(set) var documents = 0
    /// The id that the next template gets.
    public internal(set) var nextID = 1
    /// What happened since events were last taken.
    var events: [TemplateEvent] = []
    /// Words that stood where names of people and machines stand, in the order found; bounded.
    var names: [UInt64] = []
    var knownNames: Set<UInt64> = []

    // What follows from the templates.
    var shapes = ShapeTable()
    /// Other shapes that were found to fit one.
    var fitted = ShapeTable()
    /// Templates by first word and number of tokens.
    var shelves: [UInt64: [Int]] = [:]
    /// Templates by their shape without one of their words.
    var skeletons: [UInt64: [Int]] = [:]

    /// Templates by how they begin.
    var stems: [UInt64: [Int]] = [:]
    /// Those that end in free text, by how they begin.
    var rests: [UInt64: [Int]] = [:]

    /// What became of templates that were merged into others.
    var heirs: [Int: Int] = [:]

    static let maximumNames = 4096

    /// An empty book.
    public init(options: TemplateOptions = TemplateOptions()) {
        self.options = options
    }

    /// The template of this id; nil where it no longer, or never, lived.
    public func template(_ id: Int) -> Template? { index(of: id).map { templates[$0] } }

    /// The template that one became a part of, or itself where that is not known of: an id given earlier as it would be
    /// given now.
    public func living(_ id: Int) -> Int { heirs[id] ?? id }

    func index(of id: Int) -> Int? {
        var (low, high) = (0, templates.count)
        while low < high {
            let middle = (low + high) / 2
            if templates[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < templates.count && templates[low].id == id ? low : nil
    }

    /// Hands over what happened since.
    public mutating func takeEvents() -> [TemplateEvent] {
        defer { events = [] }
        return events
    }

    /// Counts a document: a group of lines, of which these are the templates.
    public mutating func note(document templates: some Sequence<Int>) {
        documents += 1
        for id in templates {
            if let index = index(of: id) { self.templates[index].documents += 1 }
        }
    }

    /// The id of a line's template, which is born where there is none; the line is learned.
    ///
    /// - Parameter line: one line's bytes without its end; UTF-8 is expected, anything is taken.
    public mutating func learn(_ line: UnsafeBufferPointer<UInt8>, with scanner: inout LineScanner) -> Int {
        scanner.scan(line)
        lines += 1
        if let index = shapes.find(scanner.shape) ?? fitted.find(scanner.shape) {
            count(scanner.tokens, in: line, at: index)
            let id = templates[index].id
            if templates[index].lines == options.splitLines { settle(index) }
            return id
        }
        let index = place(scanner.tokens, scanner.shape, in: line)
        let id = templates[index].id
        if templates[index].lines == options.splitLines { settle(index) }
        return id
    }

    /// The id of a line's template as the book stands; nil for a line of no known kind.
    public func match(_ line: UnsafeBufferPointer<UInt8>, with scanner: inout LineScanner) -> Int? {
        scanner.scan(line)
        if let index = shapes.find(scanner.shape) { return templates[index].id }
        if let index = fitting(scanner.tokens, in: line) { return templates[index].id }
        return freeText([TemplatePart](scanner.tokens, in: line), scanner.tokens, in: line).map { templates[$0].id }
    }

    private mutating func count(_ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>, at index: Int) {
        templates[index].count(tokens, in: bytes, line: lines, halfLife: options.halfLife)
    }

    /// Where a line of unknown shape belongs.
    private mutating func place(
        _ tokens: [LineToken],
        _ shape: UInt64,
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        if let index = fitting(tokens, in: bytes) {
            note(templates[index].parts, tokens, in: bytes)
            // Which template a shape fits does not change until there is another template.
            if fitted.count < 4 * options.maximum { fitted.insert(shape, index) }
            count(tokens, in: bytes, at: index)
            return index
        }
        let parts = [TemplatePart](tokens, in: bytes)
        note(parts, tokens, in: bytes)
        if let (index, widened) = candidate(for: parts, tokens) { return widen(index, to: widened, tokens, in: bytes) }
        if let index = freeText(parts, tokens, in: bytes) {
            self.count(tokens, in: bytes, at: index)
            return index
        }
        return bear(parts, tokens, in: bytes)
    }

    /// The template that a line fits as it is: that with most words, the eldest of them.
    private func fitting(_ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var best: (index: Int, literals: Int)?
        for index in shelves[Self.shelf(tokens)] ?? [] {
            let parts = templates[index].parts
            var fits = true
            for position in tokens.indices where !parts[position].accepts(tokens[position], in: bytes) {
                fits = false
                break
            }
            if fits, templates[index].literals > best?.literals ?? -1 { best = (index, templates[index].literals) }
        }
        return best?.index
    }

    /// The template that ends in free text and begins as a line does: the eldest of them.
    private func freeText(
        _ parts: [TemplatePart],
        _ tokens: [LineToken],
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int? {
        guard let count = parts.stemCount else { return nil }
        return rests[parts.stem(count)]?.first { index in
            let beginning = templates[index].parts.dropLast()
            return beginning.count <= tokens.count && zip(beginning, tokens).allSatisfy { $0.accepts($1, in: bytes) }
        }
    }

    /// The template that a line comes nearest to, and what it would become.
    private func candidate(for parts: [TemplatePart], _ tokens: [LineToken]) -> (Int, [TemplatePart])? {
        var best: (index: Int, parts: [TemplatePart], fit: Int)?
        for index in shelves[Self.shelf(tokens)] ?? [] {
            guard let widened = Alignment.widened(templates[index].parts, parts, names: knownNames) else { continue }
            if widened.fit > best?.fit ?? .min { best = (index, widened.parts, widened.fit) }
        }
        return best.map { ($0.index, $0.parts) }
    }

    /// Remembers the words that stand where names stand.
    private mutating func note(
        _ parts: [TemplatePart],
        _ tokens: [LineToken],
        in bytes: UnsafeBufferPointer<UInt8>
    ) {
        for (part, token) in zip(parts, tokens) where token.kind == .word && part.isIdentity {
            guard names.count < Self.maximumNames, !Words.common.contains(bytes[token.range]),
                knownNames.insert(token.hash).inserted
            else { continue }
            names.append(token.hash)
        }
    }

    /// As the shelf of a template's parts.
    static func shelf(_ tokens: [LineToken]) -> UInt64 {
        let first = tokens.first { $0.kind == .word } ?? tokens.first { $0.kind == .pattern }
        return LineHash.join(UInt64(truncatingIfNeeded: tokens.count), first?.hash ?? 0)
    }
}
