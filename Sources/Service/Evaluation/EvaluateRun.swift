import BatchClustering
import Clustering
import Embedding
import Foundation
import Kernels
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
    /// Where to draw the model's sample as it is clustered at the end; nil: nowhere.
    public var plot: String?
    /// How its map is made; nil: as the vectors lie in the plane, else by UMAP.
    public var map: MapMethod?

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
        let log = LabelledLog(reader: table.reader, columns: table.columns, sessions: settings.sessionOptions)
        let space = try settings.makeSpace(sink: sink)
        let bar = ProgressBar("evaluating", total: nil, quiet: quiet)
        let started = ContinuousClock.now
        let run = PipeRun(settings: settings, log: log, topics: [LabelledLog.topic], sink: sink)
        let model = try await run.run(space: space) { bar.update($0) }
        bar.finish()
        let options = settings.pipelineOptions
        var report = try EvaluationReport(
            truth: log.truth,
            sessions: log.sessionTruth,
            output: log.output,
            assignments: options.outputTopic,
            events: options.eventsTopic,
            model: model
        )
        report.recordsPerSecond = Double(report.records) / (ContinuousClock.now - started).inSeconds
        if let plot, let model { try draw(model, report: report, options: options.clustering, to: plot, quiet: quiet) }
        return report
    }

    /// Draws the sample; the curve of k is that of a reclustering of the model as it stands.
    private func draw(
        _ model: Model,
        report: EvaluationReport,
        options: ClusteringOptions,
        to path: String,
        quiet: Bool
    ) throws {
        var plot = ClusterPlot(
            title: URL(filePath: input).lastPathComponent,
            vectors: model.sampleVectors,
            labels: model.sampleClusters.map { model.clusters[$0].id },
            metric: model.metric
        )
        plot.names = Dictionary(uniqueKeysWithValues: model.clusters.map { ($0.id, $0.label) })
        plot.seed = options.seed
        if let candidate = try? recluster(model: model, options: options, lanes: .dispatch()) {
            plot.curve = candidate.curve.map { CountTrial(k: $0.k, value: $0.silhouette) }
            plot.chosen = candidate.clusterCount
        }
        plot.figures = [
            ("records", Double(report.records)), ("clusters", Double(report.clusters)), ("ARI", report.ari),
            ("V-measure", report.vMeasure), ("silhouette", report.silhouette),
            ("Davies-Bouldin", report.daviesBouldin), ("id retention", report.idRetention), ("AUROC", report.auroc),
        ]
        try plot.write(to: path, method: map, quiet: quiet)
    }
}
