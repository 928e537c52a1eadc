import Embedding
import Foundation
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
        let reader: TabularReader
        do throws(StreamError) {
            reader = try TabularReader(path: input)
        } catch {
            let isThere = FileManager.default.fileExists(atPath: input)
            throw Exit(isThere ? .badInput : .noInput, error.message)
        }
        let columns = try EvaluationColumns(
            columns: reader.columns,
            label: label,
            anomaly: anomaly,
            field: field ?? settings.space.field,
            kind: isKindChosen ? settings.space.kind : nil,
            path: input
        )
        let settings = Self.adapt(settings, to: columns, isKindChosen: isKindChosen)
        let log = LabelledLog(reader: reader, columns: columns)
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

    /// Numeric columns make a vector, compared by straight-line distance unless the user chose otherwise.
    private static func adapt(_ settings: Settings, to columns: EvaluationColumns, isKindChosen: Bool) -> Settings {
        var settings = settings
        switch columns.content {
        case .text: settings.input.format = .text
        case .numbers(let names):
            settings.input.format = .text
            settings.space.kind = .vector
            settings.space.model = nil
            settings.space.dimension = names.count
            settings.space.encoding = .json
            if !isKindChosen { settings.clusters.metric = .euclidean }
        }
        settings.output.onError = .skip
        return settings
    }
}
