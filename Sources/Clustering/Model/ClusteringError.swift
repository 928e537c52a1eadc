/// What can be wrong with what the clustering core is given.
public enum ClusteringError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Two things that do not belong together: what was found, what was expected, and the mend.
    case mismatch(String)
    /// A stored model that is incomplete, mixed, damaged or of another kind.
    case storedModel(String)
    /// There is not enough material for what was asked.
    case notEnough(String)
    /// A setting that means nothing: what was found, and the mend.
    case unusable(String)

    /// The message for people.
    public var description: String {
        switch self {
        case .mismatch(let text), .storedModel(let text), .notEnough(let text), .unusable(let text): text
        }
    }
}
