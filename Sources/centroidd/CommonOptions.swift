public import ArgumentParser
import Foundation
public import Logging
public import Service
public import Settings
import Synchronization
public import Telemetry

/// Options that every command has.
struct CommonOptions: ParsableArguments {
    @Option(help: "The configuration file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Flag(help: "Say nothing on standard error but errors.")
    var quiet = false

    @Option(help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel: Logger.Level?

    @Option(help: "logfmt or json.")
    var logFormat: LogFormat?

    /// The log's output, once there is one: what it has held back is written before the process ends.
    private static let output = Mutex<LogOutput?>(nil)

    /// Writes what the log has held back.
    static func flushLog() { output.withLock { $0 }?.flush() }

    /// Reads the configuration, or takes the defaults where there is none.
    ///
    /// - Throws: `Exit` with all that is wrong.
    func settings(for purpose: Settings.Purpose) throws -> LoadedSettings {
        do throws(SettingsError) {
            return try Settings.load(
                file: config,
                environment: ProcessInfo.processInfo.environment,
                for: purpose
            )
        } catch {
            throw Exit(.configuration, "\(error)")
        }
    }

    /// Sets up logging to standard error. Commands that print data are silent unless something is wrong.
    func telemetry(_ settings: Settings, standard: Logger.Level? = nil) -> EventSink {
        let configured = Logger.Level(rawValue: settings.log.level.rawValue) ?? .info
        let level = quiet ? .error : logLevel ?? standard ?? configured
        let format = logFormat ?? LogFormat(rawValue: settings.log.format.rawValue) ?? .logfmt
        let output = LogOutput(format: format, level: level)
        output.bootstrap()
        Self.output.withLock { $0 = output }
        let sink = EventSink(logger: output.logger("centroidd"))
        sink.metrics.bootstrap()
        return sink
    }
}

/// Options that choose the space where no configuration file does.
struct SpaceOptions: ParsableArguments {
    @Option(help: "text, vector, features, log, session or remote.")
    var space: SpaceSettings.Kind?

    @Option(
        help: "A folder of a transformer or static model, or a model's name at --url; without one, hashed n-grams.",
        completion: .directory
    )
    var model: String?

    @Option(help: "The address of an embedding server (OpenAI-compatible or text-embeddings-inference).")
    var url: String?

    @Option(
        help: "Two tiers: the folder of a static model that embeds every text, or `static` for that beside the model.",
        completion: .directory
    )
    var flood: String?

    @Option(help: "The column or JSON field that holds the text or vector.")
    var field: String?

    @Option(help: "Elements of a ready-made vector.")
    var dimension: Int?

    /// The folder that `make model` fills, for commands that take it without being asked.
    static let fetchedModel = "models/all-MiniLM-L6-v2"

    /// Whether the space's kind was said, here or in the configuration; otherwise a file's columns decide.
    func isKindChosen(in loaded: LoadedSettings) -> Bool {
        space != nil || url != nil || ["space.kind", "space.model"].contains { loaded.places[$0] != nil }
    }

    /// Writes what was chosen over the settings.
    func apply(to settings: inout Settings, fallBackToFetchedModel: Bool = false) {
        if let space { settings.space.kind = space }
        if let url {
            settings.space.url = url
            if space == nil { settings.space.kind = .remote }
        }
        if let field { settings.space.field = field }
        if let flood { settings.space.flood = flood }
        if let dimension { settings.space.dimension = dimension }
        if let model {
            settings.space.model = model
        } else if fallBackToFetchedModel, settings.space.model == nil, settings.space.kind == .text,
            FileManager.default.fileExists(atPath: Self.fetchedModel)
        {
            settings.space.model = Self.fetchedModel
        }
        if settings.space.kind == .vector { settings.space.model = nil }
    }
}

/// Where a picture of the clusters goes.
struct PictureOptions: ParsableArguments {
    @Option(help: "Draw the map, the curve of k and the silhouette profile into an SVG file.", completion: .file())
    var plot: String?

    @Option(help: "How the map is made: pca, umap or tsne; rows of two numbers are drawn as they are unless said.")
    var map: MapMethod?
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
extension LogFormat: ExpressibleByArgument {}
extension SpaceSettings.Kind: ExpressibleByArgument {}
extension SpaceSettings.Precision: ExpressibleByArgument {}
extension EmbedRun.Format: ExpressibleByArgument {}
