import ArgumentParser
import Foundation
import Logging
import Service
import Settings

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a configuration without side effects.",
        discussion: """
            Example:  centroidd check --config centroidd.yaml --connect
            Example:  centroidd check --schema > centroidd.schema.json
            Example:  centroidd check --sample > centroidd.yaml
            """
    )

    @OptionGroup var common: CommonOptions

    @Flag(help: "Also ask the broker for the topics and their partitions.")
    var connect = false

    @Flag(help: "Take warnings for errors.")
    var denyWarnings = false

    @Flag(help: "Print the JSON Schema of the configuration and do nothing else.")
    var schema = false

    @Flag(help: "Print a configuration with every key, its default and what it is for, and do nothing else.")
    var sample = false

    func run() throws {
        if schema { return try StandardOutput.say(Settings.jsonSchema()) }
        if sample { return try StandardOutput.write(Data(Settings.manual().utf8)) }
        guard common.config != nil else { throw Exit(.usage, "which file? Give --config FILE") }
        let loaded = try common.settings(for: .daemon)
        for warning in loaded.warnings {
            StandardError.say("warning: \(warning)")
        }
        if denyWarnings, !loaded.warnings.isEmpty { throw Exit(.configuration, "warnings are denied") }
        let check = CheckRun(loaded)
        var lines = try check.checkOffline()
        if connect { lines += try check.checkBroker(sink: common.telemetry(loaded.settings, standard: .error)) }
        if !common.quiet { try StandardOutput.say(lines.joined(separator: "\n")) }
    }
}
