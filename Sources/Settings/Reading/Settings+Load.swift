import Foundation

extension Settings {
    /// Reads a file, applies the environment's overrides, reads secrets and checks the whole.
    ///
    /// - Parameters:
    ///   - path: nil reads no file: defaults and environment alone.
    ///   - environment: usually the process's own.
    ///   - purpose: decides which keys must be there.
    /// - Throws: every problem at once.
    public static func load(
        file path: String?,
        environment: [String: String],
        for purpose: Purpose
    ) throws(SettingsError) -> LoadedSettings {
        guard let path else { return try parse("", file: "", environment: environment, for: purpose) }
        let place = SettingsPlace.file(path, line: nil, column: nil)
        guard let data = FileManager.default.contents(atPath: path) else {
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            let found = isFolder.boolValue ? "a folder" : exists ? "a file that cannot be read" : "no such file"
            throw SettingsError([
                SettingsIssue(
                    place: place,
                    key: "",
                    found: found,
                    expected: "a readable configuration file",
                    mend: "Check the path and its permissions"
                )
            ])
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw SettingsError([
                SettingsIssue(place: place, key: "", found: "bytes that are not UTF-8", expected: "UTF-8 text")
            ])
        }
        return try parse(text, file: path, environment: environment, for: purpose)
    }

    /// The same for text that was read already; `file` names it in messages.
    public static func parse(
        _ yaml: String,
        file: String,
        environment: [String: String] = [:],
        for purpose: Purpose
    ) throws(SettingsError) -> LoadedSettings {
        let root = try ConfigurationNode(yaml: yaml) { .file(file, line: $0, column: $1) }
        var reader = SettingsReader()
        if let root { reader.read(root: root) }
        let (overrides, unknown, warnings) = EnvironmentOverride.read(environment, keys: keys.map(\.path))
        for override in overrides { reader.read(override) }

        var settings = reader.settings
        let secrets =
            SecretFiles.resolve(
                &settings.kafka,
                place: reader.places["kafka.properties"] ?? .defaults,
                environment: environment
            )
            + SecretFiles.resolve(
                &settings.space,
                place: reader.places["space.api_key_file"] ?? .defaults,
                environment: environment
            )
        var checks = CrossChecks(
            settings: settings,
            places: reader.places,
            broken: reader.brokenPaths,
            whole: .file(file, line: nil, column: nil)
        )
        checks.run(for: purpose)
        let issues = reader.issues + unknown + secrets + checks.errors
        if !issues.isEmpty { throw SettingsError(issues) }
        return LoadedSettings(settings: settings, warnings: warnings + checks.warnings, places: reader.places)
    }
}
