/// What lines of one kind have in common: the words that a program writes, with places for its values.
public struct Template: Sendable, Equatable {
    /// A positive number, never given to another template.
    public let id: Int
    /// As a person would write it: `<*>` stands for what varies.
    public internal(set) var text: String
    /// Its words alone, without what varies or has digits: what is embedded. It changes only where a word gives way.
    public internal(set) var words: String
    /// How many lines it had.
    public internal(set) var lines: Int
    /// The number of the line, from 1, that it was seen in first.
    public internal(set) var firstLine: UInt64
    /// The number of the line that it was seen in last.
    public internal(set) var lastLine: UInt64
    /// How many documents (sessions) had it.
    public internal(set) var documents = 0
    /// The ids of templates that became a part of it, those last; bounded.
    public internal(set) var former: [Int] = []
    /// The decayed number of lines, as of ``lastLine``.
    var weight: Double
    var parts: [TemplatePart]
    /// The number of the line that changed the parts last.
    public internal(set) var changed: UInt64
    /// The open parts whose words are still counted.
    private(set) var open: [Int] = []
    /// Patterns that had the same name in all lines.
    private(set) var constants: [Int] = []
    /// Whether there is anything to look at in a line beside that it came.
    private var isWatching = false

    init(id: Int, parts: [TemplatePart], line: UInt64) {
        self.id = id
        self.parts = parts
        (lines, firstLine, lastLine, changed, weight) = (0, line, line, line, 0)
        (text, words) = ("", "")
        refresh()
    }

    /// Brings what follows from the parts up to date.
    mutating func refresh() {
        text = parts.shown
        words = parts.words
        open = parts.indices.filter { parts[$0].values != nil }
        constants = parts.indices.filter { parts[$0].kind == .pattern && parts[$0].constant != nil }
        isWatching = !open.isEmpty || !constants.isEmpty
    }

    /// Counts a line.
    mutating func count(_ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>, line: UInt64, halfLife: Double) {
        weight = 1 + weight * Self.decay(Double(line - lastLine), halfLife)
        lines += 1
        lastLine = line
        if isWatching { watch(tokens, in: bytes) }
    }

    /// Counts no more words at open parts: whether to close them has been decided.
    mutating func settle(at line: UInt64) {
        guard !open.isEmpty else { return }
        for index in open { parts[index].values = nil }
        changed = line
        refresh()
    }

    private mutating func watch(_ tokens: [LineToken], in bytes: UnsafeBufferPointer<UInt8>) {
        for index in constants where parts[index].constant != tokens[index].raw {
            forgetConstants(tokens)
            break
        }
        for index in open { parts[index].values?.add(tokens[index], in: bytes) }
    }

    private mutating func forgetConstants(_ tokens: [LineToken]) {
        for index in constants where parts[index].constant != tokens[index].raw { parts[index].constant = nil }
        changed = lastLine
        refresh()
    }

    /// The weight that is left at a later line.
    func weight(at line: UInt64, halfLife: Double) -> Double {
        weight * Self.decay(Double(line - lastLine), halfLife)
    }

    /// 2^(-gap / half-life) by a rational of the fourth power, good to 1 % below half a half-life; it only has to fall
    /// steadily, and to be the same everywhere.
    private static func decay(_ gap: Double, _ halfLife: Double) -> Double {
        let step = 1 + 0.173_286_795 * gap / halfLife
        return 1 / (step * step * step * step)
    }

    /// So many ids of templates that became a part of it are remembered.
    private static let formerLimit = 64

    /// Remembers that another template became a part of this one.
    mutating func inherit(from other: Template) {
        former = (former + other.former + [other.id]).suffix(Self.formerLimit)
    }

    /// The number of words that are its own.
    var literals: Int { parts.count { $0.kind == .word || $0.kind == .pattern } }
}
