import Foundation
import TestSupport
import Testing

@testable import Settings

/// `config/centroidd.yaml` is the manual: it has every key, and what it says of defaults is true.
@Suite struct ManualTests {
    private let text: String
    private let lines: [String]

    init() throws {
        text = try String(contentsOf: SharedData.packageRoot.appending(path: "config/centroidd.yaml"), encoding: .utf8)
        lines = text.components(separatedBy: "\n")
    }

    /// A line such as `  #session_timeout: 45s`; prose has a space behind the `#`.
    private func isAssignment(_ line: String) -> Bool {
        let rest = line.drop { $0 == " " }
        return rest.hasPrefix("#") && rest.dropFirst().first?.isLetter == true
    }

    private func uncommented(_ line: String) -> String {
        line.replacing("#", with: "", maxReplacements: 1)
    }

    @Test func theFileIsWhatTheTableOfKeysSays() {
        #expect(text == Settings.manual(), "write the output of Settings.manual() to config/centroidd.yaml")
    }

    @Test func asItStandsItMeansTheDefaults() throws {
        let loaded = try Settings.parse(text, file: "centroidd.yaml", for: .pipe)
        #expect(loaded.settings == Settings())
        #expect(loaded.warnings.isEmpty)
        #expect(loaded.places.isEmpty)
    }

    @Test func uncommentingAnyLineGivesExactlyTheDefaults() throws {
        let assignments = lines.indices.filter { isAssignment(lines[$0]) }
        #expect(assignments.count == Settings.keys.count)
        for index in assignments {
            var changed = lines
            changed[index] = uncommented(lines[index])
            let loaded = try Settings.parse(changed.joined(separator: "\n"), file: "centroidd.yaml", for: .pipe)
            #expect(loaded.settings == Settings(), "\(lines[index])")
            #expect(loaded.places.count == 1, "\(lines[index])")
        }
    }

    @Test func uncommentingAllOfThemGivesEveryKey() throws {
        let all = lines.map { isAssignment($0) ? uncommented($0) : $0 }.joined(separator: "\n")
        let loaded = try Settings.parse(all, file: "centroidd.yaml", for: .pipe)
        #expect(loaded.settings == Settings())
        #expect(Set(loaded.places.keys) == Set(Settings.keys.map(\.path)))
    }

    @Test func everyKeyIsDescribedAndInASection() {
        for key in Settings.keys {
            #expect(key.documentation.hasSuffix(".") || key.documentation.hasSuffix("`."), "\(key.path)")
            #expect(!key.type.isEmpty)
            if let section = key.section { #expect(Settings.sections.contains { $0.name == section }) }
        }
        #expect(Set(Settings.keys.map(\.path)).count == Settings.keys.count)
    }

    @Test func theSchemaListsEveryKeyAndRefusesOthers() throws {
        let root = try #require(
            JSONSerialization.jsonObject(with: Data(Settings.jsonSchema().utf8)) as? [String: Any]
        )
        #expect(root["additionalProperties"] as? Bool == false)
        let properties = try #require(root["properties"] as? [String: Any])
        for key in Settings.keys {
            var scope = properties
            if let section = key.section {
                let object = try #require(scope[section] as? [String: Any])
                #expect(object["additionalProperties"] as? Bool == false)
                scope = try #require(object["properties"] as? [String: Any])
            }
            let schema = try #require(scope[key.name] as? [String: Any], "\(key.path)")
            #expect(schema["description"] as? String == key.documentation)
        }
    }
}
