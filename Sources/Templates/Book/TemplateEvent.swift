/// What became of templates: ids are never given twice, so that a line's id can be followed to what it means now.
public struct TemplateEvent: Sendable, Equatable, Codable {
    /// What happened.
    public enum Kind: String, Sendable, Codable {
        /// A line like no other was seen.
        case born
        /// Several turned out to differ in a value alone: `related` became `template`.
        case merged
        /// A place thought to vary holds a few words: `template` lives on with one, `related` have the others.
        case split
        /// Not seen for long, and there was no room.
        case retired
    }

    /// What happened.
    public var kind: Kind
    /// The template that it happened to; of a merge, the one that lives on.
    public var template: Int
    /// The others.
    public var related: [Int]
    /// The template's text.
    public var text: String
    /// The number of the line, from 1, at which it happened.
    public var line: UInt64
}
