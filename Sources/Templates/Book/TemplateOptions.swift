/// How templates are mined. The defaults are meant for every system.
public struct TemplateOptions: Sendable, Equatable, Codable {
    /// The most templates that are kept; where there are more, those seen least lately are retired.
    public var maximum = 8192
    /// After this many lines a line counts half; for who is retired.
    public var halfLife = 1_000_000.0
    /// Templates that differ in one word alone are one template with a variable, once there are this many.
    public var siblings = 10
    /// The same where the word is the value of a field (`key=`) or stands alone in quotes.
    public var fieldSiblings = 2
    /// The same where the word is the first of the line.
    public var firstWordSiblings = 32
    /// Templates that begin alike, and were seen once or twice each, are free text once there are this many.
    public var tails = 64
    /// After this many lines a variable that was only ever a handful of words is taken apart again.
    public var splitLines = 2048

    /// The defaults.
    public init() {}

    /// What is out of range, in words that name the option; empty where all is well.
    public func problems() -> [String] {
        var problems: [String] = []
        if maximum < 16 { problems.append("the most templates must be at least 16, not \(maximum)") }
        if !(halfLife >= 1) { problems.append("the half-life must be at least 1 line, not \(halfLife)") }
        if min(siblings, fieldSiblings, firstWordSiblings, tails) < 2 {
            problems.append("at least 2 siblings can become one template")
        }
        if splitLines < 32 { problems.append("a template is taken apart after 32 lines at the earliest") }
        return problems
    }
}
