/// Why a space cannot be made: which file or option is at fault, what was found there, and what to do about it.
public struct EmbeddingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The path of the file at fault, or the name of the option.
    public var place: String
    /// What was found.
    public var problem: String
    /// What would be accepted, or how to mend it.
    public var mend: String

    /// Memberwise.
    public init(place: String, problem: String, mend: String) {
        self.place = place
        self.problem = problem
        self.mend = mend
    }

    /// One sentence a part: place, problem, mend.
    public var description: String {
        "\(place): \(problem). \(mend)."
    }
}
