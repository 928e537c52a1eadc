public import BatchClustering
import Clustering
import Embedding
public import Foundation
import Kernels
import Pipeline
public import Settings

/// `centroidd cluster`: groups the rows of a file with the engine that reclusters the daemon's sample.
public struct ClusterRun: Sendable {
    /// How labels are written.
    public enum Format: String, Sendable, CaseIterable {
        /// The group's number a line, -1 for noise, nothing for a row that could not be used.
        case labels
        /// `{"cluster":3,"strength":0.97}` a line; of sessions also the name, and the times of the first and last event.
        case json
    }

    private struct Line: Encodable {
        var cluster: Int32?
        var strength: Float?
        var session: String?
        var start, end: Int64?
    }

    /// What was found, for whoever draws it.
    public struct Result: Sendable {
        /// What to print on standard error.
        public var report: ClusterReport
        /// What the picture is called.
        var title: String
        /// The vectors, `n × d`.
        var vectors: Matrix
        /// The metric they were compared by.
        var metric: Metric
        /// What the curve of k shows.
        var criterion: String
        /// Where all randomness comes from.
        var seed: UInt64
        /// Their groups.
        public var partition: Partition
        /// The place of each vector among the rows of the file.
        var rows: [Int]
        /// The rows of the file.
        var rowCount: Int
        /// What each vector was made of.
        var texts: [String]
        /// The sessions that the vectors are of, where there are any; there is then a line for each.
        var sessions: [SessionGathering.Session] = []

        /// Draws the map, the curve of k and the silhouette profile.
        ///
        /// - Throws: ``Exit`` where the layout cannot be made or the file not be written.
        public func draw(to path: String, map: MapMethod?, quiet: Bool) throws {
            var plot = ClusterPlot(
                title: title,
                vectors: vectors,
                labels: partition.labels.map { $0 == Partition.noise ? nil : Int($0) },
                metric: metric
            )
            plot.criterion = criterion
            plot.curve = partition.curve
            // Groups of other shapes owe their number to no criterion.
            plot.chosen =
                report.algorithm == "auto" && partition.curve.max(by: { $0.value < $1.value })?.k != partition.count
                ? nil : partition.count
            plot.seed = seed
            plot.figures = [
                ("clusters", Double(report.clusters)), ("noise", Double(report.noise)),
                ("silhouette", report.silhouette), ("Davies-Bouldin", report.daviesBouldin),
                ("Calinski-Harabasz", report.calinskiHarabasz), ("ARI", report.ari), ("V-measure", report.vMeasure),
            ]
            try plot.write(to: path, method: map, quiet: quiet)
        }
    }

    /// The file.
    public var input: String
    /// The column that holds the true group; it is left out of the vectors.
    public var label: String?
    /// The column, or JSON field, that is the record.
    public var field: String?
    /// How columns of numbers are made comparable.
    public var scale = ColumnScale.none
    /// Whether the space's kind was said by the user; otherwise the columns decide.
    public var isKindChosen = false

    /// Nobody waits for a stream here: k-means may take its time.
    private static let starts = 10
    private static let iterations = 300

    /// A run over one file.
    public init(input: String, label: String?, field: String?) {
        self.input = input
        self.label = label
        self.field = field
    }

    /// Reads, embeds, groups and judges.
    ///
    /// - Throws: ``Exit``.
    public func run(settings: Settings, explain: Bool, quiet: Bool) throws -> Result {
        let table = try LabelledTable(
            input: input,
            label: label,
            anomaly: nil,
            field: field,
            settings: settings,
            isKindChosen: isKindChosen
        )
        let space = try table.settings.makeSpace()
        let bar = ProgressBar("reading", total: nil, quiet: quiet)
        var rows = try VectorTable(table, space: space, bar: bar)
        bar.finish()
        scale.apply(to: &rows.vectors)
        let metric = space.metric
        let seed = UInt64(bitPattern: Int64(settings.clusters.seed))
        var grouping = table.settings.groupingOptions
        grouping.starts = Self.starts
        grouping.iterations = Self.iterations
        let started = ContinuousClock.now
        let partition: Partition
        do throws(GroupingError) {
            partition = try grouping.grouping(
                of: rows.vectors,
                metric: metric,
                seed: seed,
                lanes: .dispatch()
            )
        } catch {
            throw Exit(.badInput, "\(input): \(error)")
        }
        var report = ClusterReport()
        report.seconds = (ContinuousClock.now - started).inSeconds
        report.records = rows.vectors.rows
        report.refused = rows.refused
        report.firstRefusal = rows.firstRefusal
        report.dimension = rows.vectors.columns
        report.metric = metric.rawValue
        report.algorithm = settings.recluster.algorithm.rawValue
        report.judge(partition, vectors: rows.vectors, metric: metric, seed: seed)
        if label != nil { report.judge(partition, truth: rows.truth) }
        if explain { report.curve = partition.curve }
        return Result(
            report: report,
            title: "\(URL(filePath: input).lastPathComponent) by \(report.algorithm)",
            vectors: rows.vectors,
            metric: metric,
            criterion: settings.recluster.criterion.rawValue,
            seed: seed,
            partition: partition,
            rows: rows.rows,
            rowCount: rows.rowCount,
            texts: rows.texts,
            sessions: rows.sessions
        )
    }

    /// The labels of all rows of the file, in their order; of sessions, in the order of their ends.
    public static func lines(of result: Result, format: Format) throws -> Data {
        var place = [Int](repeating: -1, count: result.rowCount)
        for (index, row) in result.rows.enumerated() { place[row] = index }
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var output = Data()
        for index in place {
            switch format {
            case .labels:
                if index >= 0 { output += Data("\(result.partition.labels[index])".utf8) }
            case .json:
                let strengths = result.partition.strengths
                var line = Line()
                if index >= 0 {
                    line.cluster = result.partition.labels[index]
                    line.strength = strengths.isEmpty ? nil : strengths[index]
                }
                if index >= 0, !result.sessions.isEmpty {
                    let session = result.sessions[index]
                    (line.session, line.start, line.end) = (session.name, session.start, session.end)
                }
                output += try encoder.encode(line)
            }
            output.append(UInt8(ascii: "\n"))
        }
        return output
    }
}
