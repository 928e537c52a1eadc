/// Where a value was given.
public enum SettingsPlace: Sendable, Equatable, CustomStringConvertible {
    /// A file; line and column count from 1 and are nil where the whole file is meant.
    case file(String, line: Int?, column: Int?)
    /// An environment variable.
    case variable(String)
    /// Nowhere: the default is in force.
    case defaults

    /// `centroidd.yaml:7:3`, `CENTROIDD_HTTP__LISTEN` or `default`.
    public var description: String {
        switch self {
        case .file(let name, let line?, let column?): "\(name):\(line):\(column)"
        case .file(let name, let line?, nil): "\(name):\(line)"
        case .file(let name, nil, _): name
        case .variable(let name): name
        case .defaults: "default"
        }
    }
}

/// One thing that is wrong, or odd, with a configuration.
public struct SettingsIssue: Sendable, Equatable, CustomStringConvertible {
    /// Where it was given.
    public var place: SettingsPlace
    /// The key's path, such as `kafka.bootstrap_servers`; empty where no key is concerned.
    public var key: String
    /// What was found.
    public var found: String
    /// What was expected.
    public var expected: String
    /// What to do about it, or nil where that is plain.
    public var mend: String?

    /// Memberwise.
    public init(place: SettingsPlace, key: String, found: String, expected: String, mend: String? = nil) {
        self.place = place
        self.key = key
        self.found = found
        self.expected = expected
        self.mend = mend
    }

    /// `centroidd.yaml:7:3: kafka.session_timeout: found the number 45; expected a duration. Write 45s.`
    public var description: String {
        let name = key.isEmpty ? "" : "\(key): "
        let advice = mend.map { ". \($0)" } ?? ""
        return "\(place): \(name)found \(found); expected \(expected)\(advice)"
    }
}

/// All that is wrong with a configuration, in the order of the file.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one.
    public var issues: [SettingsIssue]

    /// Memberwise.
    public init(_ issues: [SettingsIssue]) {
        self.issues = issues
    }

    /// One line an issue.
    public var description: String { issues.map(\.description).joined(separator: "\n") }
}

/// Settings that can be used, with what is odd about them.
public struct LoadedSettings: Sendable {
    /// The settings.
    public var settings: Settings
    /// What is allowed but probably not meant.
    public var warnings: [SettingsIssue]
    /// Where each key that is not at its default was given.
    public var places: [String: SettingsPlace]
}
