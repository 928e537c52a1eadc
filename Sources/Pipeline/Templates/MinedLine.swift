/// What a record's line was found to be.
struct MinedLine: Sendable, Equatable {
    /// Its template's id.
    var template: Int
    /// The template as it is when the line has been learned.
    var text: String
    /// The template's words, of which its vector is made.
    var words: String
    /// What the line has where its template varies, in order.
    var parameters: [String]
}
