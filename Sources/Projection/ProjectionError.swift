/// Why a map could not be fitted.
public enum ProjectionError: Error, Equatable, CustomStringConvertible {
    /// The vectors do not suffice, or a setting does not fit them; the sentence says what to change.
    case unsuitable(String)

    /// One sentence.
    public var description: String {
        switch self {
        case .unsuitable(let reason): reason
        }
    }
}
