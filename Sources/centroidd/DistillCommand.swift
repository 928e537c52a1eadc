import ArgumentParser
import Foundation
import Logging
import Service
import Settings

struct DistillCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "distill",
        abstract: "A static model out of a transformer: a vector for each token, whose mean is a text's.",
        discussion: """
            Example:  centroidd distill --model models/all-MiniLM-L6-v2 --output models/static --corpus titles.tsv.gz
                      centroidd evaluate --input titles.tsv.gz --label label --model models/static

            The folder has Model2Vec's layout: either tool loads what the other made. Tokens that are
            frequent count less: those at the head of the vocabulary (Zipf's law), with --corpus only as far as they are
            frequent there too.
            """
    )

    @Option(help: "The transformer's folder.", completion: .directory)
    var model: String

    @Option(name: [.long, .customLong("out")], help: "The folder to write.", completion: .directory)
    var output: String

    @Option(name: [.long, .customLong("dimension")], help: "Elements of a vector.")
    var dimensions = 256

    @Option(
        help: "A file of texts like those to come: lines, CSV, TSV or JSON lines, gzip or not.",
        completion: .file()
    )
    var corpus: String?

    @Option(help: "The corpus's column or JSON field that holds the text.")
    var field: String?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        guard (1...4096).contains(dimensions) else {
            throw ValidationError("--dimensions \(dimensions): give a number from 1 to 4096")
        }
    }

    func run() throws {
        let settings = try common.settings(for: .pipe).settings
        _ = common.telemetry(settings, standard: .warning)
        var run = DistillRun(model: model, output: output)
        run.dimensions = dimensions
        run.corpus = corpus
        run.field = field
        let made = try run.run(settings: settings, quiet: common.quiet)
        if !common.quiet { StandardError.say(made) }
    }
}
