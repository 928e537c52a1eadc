import Embedding
import Pipeline
public import Settings
import Streams
public import Telemetry

/// `centroidd evaluate`: streams a labelled file through the pipeline, score first and learn after, and judges.
public struct EvaluateRun: Sendable {
    /// The file.
    public var input: String
    /// The column that holds the true group.
    public var label: String?
    /// The column that holds whether a row is anomalous.
    public var anomaly: String?
    /// The column that is the record; see `space.field`.
    public var field: String?
    /// Most rows to read.
    public var limit: Int?

    /// An evaluation of one file.
    public init(input: String, label: String?, anomaly: String?, field: String?) {
        self.input = input
        self.label = label
        self.anomaly = anomaly
        self.field = field
    }

    /// Runs it.
    ///
    /// - Parameters:
    ///   - settings: as configured.
    ///   - isKindChosen: whether the space's kind was said by the user; otherwise the columns decide.
    /// - Throws: ``Exit``.
    public func run(
        settings: Settings,
        isKindChosen: Bool,
        sink: EventSink,
        quiet: Bool
    ) async throws -> EvaluationReport {
        let table = try LabelledTable(
            input: input,
            label: label,
            anomaly: anomaly,
            field: field,
            settings: settings,
            isKindChosen: isKindChosen
        )
        let settings = table.settings
        let log = LabelledLog(reader: table.reader, columns: table.columns)
        let space: any Space
        do {
            space = try settings.embeddingOptions.makeSpace()
        } catch {
            throw Exit(.configuration, "\(error)")
        }
        let bar = ProgressBar("evaluating", total: nil, quiet: quiet)
        let started = ContinuousClock.now
        let run = PipeRun(settings: settings, log: log, topics: [LabelledLog.topic], sink: sink)
        let model = try await run.run(space: space) { bar.update($0) }
        bar.finish()
        let options = settings.pipelineOptions
        var report = try EvaluationReport(
            truth: log.truth,
            output: log.output,
            assignments: options.outputTopic,
            events: options.eventsTopic,
            model: model
        )
        report.recordsPerSecond = Double(report.records) / (ContinuousClock.now - started).inSeconds
        return report
    }
}
