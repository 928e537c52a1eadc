import Foundation

/// Properties whose names end in `_file` take their values from files, so that secrets stand in no configuration.
enum SecretFiles {
    static let suffix = "_file"
    /// Far above any password, key or certificate bundle.
    static let largest = 1 << 20

    /// Replaces each `x_file` by `x` with the file's content, without the newline at its end.
    static func resolve(
        _ kafka: inout KafkaSettings,
        place: SettingsPlace,
        environment: [String: String]
    ) -> [SettingsIssue] {
        var issues: [SettingsIssue] = []
        for (name, path) in kafka.properties.sorted(by: { $0.key < $1.key }) where name.hasSuffix(suffix) {
            let property = String(name.dropLast(suffix.count))
            kafka.properties[name] = nil
            guard kafka.properties[property] == nil else {
                issues.append(
                    SettingsIssue(
                        place: place,
                        key: "kafka.properties.\(name)",
                        found: "both `\(property)` and `\(name)`",
                        expected: "one of them",
                        mend: "Remove `\(property)`"
                    )
                )
                continue
            }
            do {
                kafka.properties[property] = try content(of: location(of: path, environment))
                kafka.secrets.insert(property)
            } catch {
                issues.append(
                    SettingsIssue(
                        place: place,
                        key: "kafka.properties.\(name)",
                        found: error.description,
                        expected: "a readable file of at most 1MiB of UTF-8 text",
                        mend: "Check the path and its permissions, or LoadCredential= of the unit"
                    )
                )
            }
        }
        return issues
    }

    /// Reads the key of the embedding server.
    static func resolve(
        _ space: inout SpaceSettings,
        place: SettingsPlace,
        environment: [String: String]
    ) -> [SettingsIssue] {
        guard let path = space.apiKeyFile else { return [] }
        do {
            space.apiKey = try content(of: location(of: path, environment))
            return []
        } catch {
            return [
                SettingsIssue(
                    place: place,
                    key: "space.api_key_file",
                    found: error.description,
                    expected: "a readable file of at most 1MiB of UTF-8 text",
                    mend: "Check the path and its permissions, or LoadCredential= of the unit"
                )
            ]
        }
    }

    private struct Unreadable: Error {
        var description: String
    }

    /// A relative path is a credential of the systemd unit where there are any.
    private static func location(of path: String, _ environment: [String: String]) -> String {
        guard !path.hasPrefix("/"), let folder = environment["CREDENTIALS_DIRECTORY"] else { return path }
        return folder + "/" + path
    }

    private static func content(of path: String) throws(Unreadable) -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let reason = FileManager.default.fileExists(atPath: path) ? "cannot be opened" : "does not exist"
            throw Unreadable(description: "the file \(path), which \(reason)")
        }
        guard let data = try? handle.read(upToCount: largest + 1), data.count <= largest,
            var text = String(validating: data, as: UTF8.self)
        else { throw Unreadable(description: "the file \(path), which is empty, too large or not UTF-8 text") }
        if text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
