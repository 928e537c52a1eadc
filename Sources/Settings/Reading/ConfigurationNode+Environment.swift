/// An override from the environment.
struct EnvironmentOverride {
    var variable: String
    /// The key's path, such as `kafka.bootstrap_servers`.
    var path: String
    var node: ConfigurationNode
}

extension EnvironmentOverride {
    static let prefix = "CENTROIDD_"

    /// The variable of a key: `kafka.bootstrap_servers` is `CENTROIDD_KAFKA__BOOTSTRAP_SERVERS`.
    static func variable(of path: String) -> String {
        prefix + path.uppercased().split(separator: ".").joined(separator: "__")
    }

    /// All overrides, ordered by variable, and what looks like one but is none.
    static func read(
        _ environment: [String: String],
        keys: [String]
    ) -> (overrides: [EnvironmentOverride], issues: [SettingsIssue], warnings: [SettingsIssue]) {
        var result: (overrides: [EnvironmentOverride], issues: [SettingsIssue], warnings: [SettingsIssue]) = (
            [], [], []
        )
        let flat = Dictionary(
            keys.map { (variable(of: $0).split(separator: "_").joined(separator: "_"), $0) },
            uniquingKeysWith: { $1 }
        )
        for (variable, value) in environment.sorted(by: { $0.key < $1.key }) where variable.hasPrefix(prefix) {
            let path = variable.dropFirst(prefix.count).lowercased().split(
                separator: "_",
                omittingEmptySubsequences: false
            )
            .split(separator: "").map { $0.joined(separator: "_") }.joined(separator: ".")
            if keys.contains(path) {
                result.overrides.append(
                    EnvironmentOverride(variable: variable, path: path, node: node(variable, value))
                )
            } else if path.contains(".") {
                result.issues.append(unknown(variable, path, keys))
            } else if let meant = flat[variable] {
                result.warnings.append(
                    SettingsIssue(
                        place: .variable(variable),
                        key: meant,
                        found: "a variable that overrides nothing",
                        expected: "two underscores between section and key",
                        mend: "Did you mean `\(self.variable(of: meant))`?"
                    )
                )
            }
        }
        return result
    }

    private static func unknown(_ variable: String, _ path: String, _ keys: [String]) -> SettingsIssue {
        SettingsIssue(
            place: .variable(variable),
            key: path,
            found: "a variable for an unknown key",
            expected: "a known key, with two underscores between section and key",
            mend: nearest(path, among: keys).map { "Did you mean `\(self.variable(of: $0))`?" }
        )
    }

    /// Lists, mappings and quoted text are YAML; anything else is taken as it stands.
    private static func node(_ variable: String, _ value: String) -> ConfigurationNode {
        let raw = ConfigurationNode(kind: .scalar(value, .environment), place: .variable(variable))
        guard let first = value.first, "[{\"'".contains(first) else { return raw }
        return (try? ConfigurationNode(yaml: value) { _, _ in .variable(variable) }) ?? raw
    }
}
