import ArgumentParser
import Embedding
import Foundation
import Logging
import Service
import Settings
import Streams

struct PipeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pipe",
        abstract: "Standard input to standard output: a record a line in, an assignment a line out.",
        discussion: """
            Example:  centroidd pipe < app.log | jq 'select(.anomaly)'
            Example:  journalctl -f -o cat | centroidd pipe --snapshot logs.centroid
            Example:  centroidd pipe --space log < app.log | jq -r .template | sort | uniq -c
            Example:  centroidd pipe --space features < customers.csv

            With --space features the input is a table with a header line (CSV, TSV) or JSON objects, a line each; fields
            that the configuration does not name are found in the first records. With --space log lines that go on a stack
            trace, or are indented, belong to the record before.
            """
    )

    @OptionGroup var common: CommonOptions
    @OptionGroup var space: SpaceOptions

    @Option(help: "A file to load the model from before, and to save it to after.", completion: .file())
    var snapshot: String?

    @Option(help: "Seed of all that is drawn; the same input and seed give the same output.")
    var seed: Int?

    func run() async throws {
        var settings = try common.settings(for: .pipe).settings
        space.apply(to: &settings)
        if let seed { settings.clusters.seed = seed }
        let sink = common.telemetry(settings, standard: .warning)
        let file = snapshot.map(SnapshotModel.init(path:))
        let model = try file?.load()
        try file?.checkFolder()
        let entities = try file?.loadEntities()
        // A snapshot knows its fields; they must not depend on what comes first now.
        if settings.space.kind == .features, settings.space.fields.isEmpty, let model { settings.takeFields(of: model) }
        let table = settings.space.kind == .features ? try TableLog.standardInput(settings: &settings) : nil
        let embedding = try settings.makeSpace(sink: sink, waits: true)
        let lines = FileLog(
            inputs: [.standardInput],
            outputTopics: [settings.output.topic],
            joining: settings.space.readsLogs && settings.input.format == .text ? LogLines.goesOn : nil
        )
        let log: any RecordLog = table ?? lines
        let run = PipeRun(settings: settings, log: log, topics: table?.topics ?? lines.topics, sink: sink)
        // Where the answers go to the terminal themselves, they are the progress.
        let bar = ProgressBar("assigning", total: nil, quiet: common.quiet || isatty(STDOUT_FILENO) == 1)
        let result = try await run.run(space: embedding, model: model, entities: entities) { bar.update($0) }
        bar.finish()
        if let file, let model = result.model { try file.save(model, entities: result.entities) }
    }
}
