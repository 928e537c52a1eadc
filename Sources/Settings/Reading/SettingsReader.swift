/// Turns a tree of nodes into settings, collecting every problem on the way.
struct SettingsReader {
    private(set) var settings = Settings()
    private(set) var issues: [SettingsIssue] = []
    private(set) var places: [String: SettingsPlace] = [:]
    private let keys = Dictionary(uniqueKeysWithValues: Settings.keys.map { ($0.path, $0) })
    private let sections = Set(Settings.sections.map(\.name))

    /// Paths of keys that were given but could not be read.
    var brokenPaths: Set<String> { Set(issues.map(\.key)) }

    /// Reads a whole file.
    mutating func read(root: ConfigurationNode) {
        if root.isNull { return }
        guard case .mapping(let entries) = root.kind else {
            issues.append(
                SettingsIssue(place: root.place, key: "", found: root.summary, expected: "a mapping of keys")
            )
            return
        }
        for entry in entries {
            if sections.contains(entry.key) {
                read(section: entry)
            } else {
                read(entry, path: entry.key)
            }
        }
    }

    /// Reads one override.
    mutating func read(_ override: EnvironmentOverride) {
        // What the file says of this key no longer matters, nor what is wrong with it.
        issues.removeAll { $0.key == override.path }
        read(ConfigurationNode.Entry(key: "", place: override.node.place, value: override.node), path: override.path)
    }

    private mutating func read(section: ConfigurationNode.Entry) {
        if section.value.isNull { return }
        guard case .mapping(let entries) = section.value.kind else {
            issues.append(
                SettingsIssue(
                    place: section.value.place,
                    key: section.key,
                    found: section.value.summary,
                    expected: "a mapping of keys"
                )
            )
            return
        }
        for entry in entries { read(entry, path: "\(section.key).\(entry.key)") }
    }

    private mutating func read(_ entry: ConfigurationNode.Entry, path: String) {
        guard let key = keys[path] else {
            issues.append(
                SettingsIssue(
                    place: entry.place,
                    key: path,
                    found: "an unknown key",
                    expected: "a known one",
                    mend: hint(for: path)
                )
            )
            return
        }
        do {
            try key.read(entry.value, &settings)
            places[path] = entry.value.place
        } catch {
            issues.append(
                SettingsIssue(
                    place: error.place,
                    key: path,
                    found: error.found,
                    expected: error.expected,
                    mend: error.mend
                )
            )
        }
    }

    /// The nearest key of the same section, else the key of that name in another section, else any near one.
    private func hint(for path: String) -> String? {
        let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
        let (section, name) = parts.count == 2 ? (parts[0], parts[1]) : (nil, path)
        let siblings = Settings.keys.filter { $0.section == section }.map(\.name)
        if let meant = nearest(name, among: section == nil ? siblings + sections.sorted() : siblings) {
            return "Did you mean `\(meant)`?"
        }
        if let elsewhere = Settings.keys.first(where: { $0.name == name })
            ?? Settings.keys.first(where: { $0.name == nearest(name, among: Settings.keys.map(\.name)) })
        {
            return "Did you mean `\(elsewhere.path)`?"
        }
        let known = (section == nil ? siblings + Settings.sections.map(\.name) : siblings).joined(separator: ", ")
        return "Known here: \(known)"
    }
}
