extension Settings {
    /// The sample file: every key, commented out, with its default, unit, range and meaning. It is valid as it stands
    /// and means the defaults.
    public static func manual() -> String {
        let variable = EnvironmentOverride.variable(of: "kafka.bootstrap_servers")
        var lines = [
            "# The configuration of centroidd. Every key is here, commented out, with its default.",
            "#",
            "# Units: durations 200ms 5s 10m 6h 1d; sizes 512KiB 64MiB 1GB; counts 500 20k 1M; `100k records`.",
            "# Any key can be overridden by the environment: \(variable).",
            "# `centroidd check --config FILE` finds what is wrong; `centroidd check --schema` prints a JSON Schema.",
            "",
        ]
        for key in keys where key.section == nil { lines += entry(key, indent: "") }
        for section in sections {
            lines += ["", "# \(section.documentation)", "\(section.name):"]
            for key in keys where key.section == section.name { lines += entry(key, indent: "  ") }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func entry(_ key: SettingsKey, indent: String) -> [String] {
        var notes = "Value: \(key.type)."
        if key.isRequired { notes += " Required where Kafka is used." }
        let comment = wrapped(key.documentation, width: 110) + wrapped(notes, width: 110)
        let assignment = key.defaultText.isEmpty ? "#\(key.name):" : "#\(key.name): \(key.defaultText)"
        return comment.map { "\(indent)# \($0)" } + ["\(indent)\(assignment)"]
    }

    private static func wrapped(_ text: String, width: Int) -> [String] {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines.count - 1
            if lines[last].isEmpty {
                lines[last] = String(word)
            } else if lines[last].count + 1 + word.count <= width {
                lines[last] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
