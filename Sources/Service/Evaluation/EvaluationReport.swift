import BatchClustering
import Clustering
import Foundation
import Kernels
import Streams
import Templates

/// What `evaluate` prints: quality as far as the truth that was given allows.
public struct EvaluationReport: Encodable, Sendable {
    /// Records read.
    public var records = 0
    /// Sessions that ended, where records are grouped: these are what is judged.
    public var sessions: Int?
    /// Records (or sessions) that count: the first are learned only, and rows labelled `noise` are left out.
    public var judged = 0
    /// Records per second, everything included.
    public var recordsPerSecond = 0.0
    /// The space.
    public var space = ""
    /// Clusters at the end.
    public var clusters = 0
    /// Distinct clusters among the records that count.
    public var clustersUsed: Int?
    /// Records that could not be used.
    public var refused = 0
    /// Where the first of them is, and what is wrong with it.
    public var firstRefusal: String?
    /// Templates at the end, where lines of logs are mined.
    public var templates: Int?
    /// External measures, against the label column; the last two of templates where they are mined.
    public var ari, ami, nmi, vMeasure, purity, groupingAccuracy, groupF1: Double?
    /// Internal measures, on the model's sample.
    public var silhouette, daviesBouldin, calinskiHarabasz: Double?
    /// Share of sampled records that kept their id, mean over the reclusterings that were adopted.
    public var idRetention: Double?
    /// Reclusterings adopted and refused.
    public var reclusteringsAdopted = 0, reclusteringsRefused = 0
    /// Anomaly measures, against the anomaly column.
    public var auroc, auprc, bestF1, flagAllF1, mcc: Double?
    /// Share of records flagged.
    public var alarmRate = 0.0
    /// Share of normal records flagged.
    public var falseAlarmRate: Double?

    /// JSON, UTF-8, keys in snake case and sorted.
    public func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}

/// What of a published assignment is judged.
private struct JudgedAssignment: Decodable {
    struct Source: Decodable { var offset: Int }

    var cluster: Int?
    var templateID: Int?
    var score: Float?
    var anomaly: Bool
    var source: Source
    /// Of a session: its name, and when it began and ended.
    var session: String?
    var start: Int64?
    var end: Int64?

    enum CodingKeys: String, CodingKey {
        case cluster, score, anomaly, source, session, start, end
        case templateID = "template_id"
    }

    func truth(among rows: [LabelledLog.Truth], sessions: SessionTruth?) -> LabelledLog.Truth {
        guard let sessions, let session, let start, let end else { return rows[source.offset] }
        return sessions.truth(of: session, from: start, to: end)
    }
}

private typealias JudgedRow = (truth: LabelledLog.Truth, assignment: JudgedAssignment)

/// A published verdict.
private struct JudgedVerdict: Decodable {
    var kind: String
    var verdict: Verdict?
}

extension EvaluationReport {
    /// Records at the beginning that are learned but do not count, as the published baselines do it.
    private static func warmUp(_ count: Int) -> Int { min(200, count / 10) }

    /// Judges what was published: rows, or the sessions that they made up.
    init(
        truth: [LabelledLog.Truth],
        sessions known: SessionTruth? = nil,
        output: [OutgoingRecord],
        assignments: String,
        events: String?,
        model: Model?
    ) throws {
        records = truth.count
        space = model?.space ?? ""
        clusters = model?.clusters.count ?? 0
        let decoder = JSONDecoder()
        var rows: [JudgedRow] = []
        var retentions: [Double] = []
        for record in output {
            let value = Data(record.value ?? [])
            if record.topic == events {
                let event = try decoder.decode(JudgedVerdict.self, from: value)
                if let verdict = event.verdict { count(verdict, &retentions) }
            } else if record.topic == assignments {
                let assignment = try decoder.decode(JudgedAssignment.self, from: value)
                rows.append((assignment.truth(among: truth, sessions: known), assignment))
            }
        }
        if let known {
            sessions = rows.count
            (refused, firstRefusal) = (known.refused, known.firstRefusal)
        } else {
            countRefused(truth, rows)
        }
        let first = Self.warmUp(known == nil ? truth.count : rows.count)
        let judgedRows =
            known == nil ? rows.filter { $0.assignment.source.offset >= first } : Array(rows.dropFirst(first))
        judged = judgedRows.count
        alarmRate = judged > 0 ? Double(judgedRows.count(where: \.assignment.anomaly)) / Double(judged) : 0
        if !retentions.isEmpty { idRetention = retentions.reduce(0, +) / Double(retentions.count) }
        judgeClusters(judgedRows)
        if let book = model?.templates {
            templates = book.templates.count
            if known == nil { judgeTemplates(rows) }
        }
        judgeAnomalies(judgedRows)
        if let model { judgeShape(model) }
    }

    private mutating func count(_ verdict: Verdict, _ retentions: inout [Double]) {
        reclusteringsAdopted += verdict.adopted ? 1 : 0
        reclusteringsRefused += verdict.adopted ? 0 : 1
        guard verdict.adopted, let test = verdict.tests.first(where: { $0.name == .retention }) else { return }
        retentions.append(test.candidate)
    }

    private mutating func countRefused(_ truth: [LabelledLog.Truth], _ rows: [JudgedRow]) {
        var isAssigned = [Bool](repeating: false, count: truth.count)
        for row in rows { isAssigned[row.assignment.source.offset] = true }
        refused = isAssigned.count { !$0 }
        if let first = isAssigned.firstIndex(of: false) {
            firstRefusal = "line \(truth[first].line): \(truth[first].fault ?? "not a record of this space")"
        }
    }

    /// Groups of lines of logs are those of their templates, each by the id that it was given on arrival; all lines count,
    /// also the first.
    private mutating func judgeTemplates(_ rows: [JudgedRow]) {
        var ids: [String: Int] = [:]
        var labels: [Int] = []
        var found: [Int] = []
        for (truth, assignment) in rows {
            guard let label = truth.label, let template = assignment.templateID else { continue }
            let id = ids[label] ?? ids.count
            ids[label] = id
            labels.append(id)
            found.append(template)
        }
        guard labels.count > 1 else { return }
        groupingAccuracy = Quality.groupingAccuracy(labels, found)
        groupF1 = Quality.groupF1(labels, found)
    }

    private mutating func judgeClusters(_ rows: [JudgedRow]) {
        clustersUsed = Set(rows.compactMap(\.assignment.cluster)).count
        var ids: [String: Int] = [:]
        var labels: [Int] = []
        var found: [Int] = []
        for (truth, assignment) in rows {
            guard let label = truth.label, label.lowercased() != "noise" else { continue }
            let id = ids[label] ?? ids.count
            ids[label] = id
            labels.append(id)
            found.append(assignment.cluster ?? -1)
        }
        guard labels.count > 1 else { return }
        ari = Quality.adjustedRandIndex(labels, found)
        ami = Quality.adjustedMutualInformation(labels, found)
        nmi = Quality.normalizedMutualInformation(labels, found)
        vMeasure = Quality.vMeasure(labels, found)
        purity = Quality.purity(labels, found)
        groupingAccuracy = Quality.groupingAccuracy(labels, found)
        groupF1 = Quality.groupF1(labels, found)
    }

    private mutating func judgeAnomalies(_ rows: [JudgedRow]) {
        var scores: [Double] = []
        var positive: [Bool] = []
        var flags: [Bool] = []
        for (truth, assignment) in rows {
            guard let isAnomaly = truth.isAnomaly else { continue }
            scores.append(Double(assignment.score ?? 0))
            positive.append(isAnomaly)
            flags.append(assignment.anomaly)
        }
        guard positive.contains(true), positive.contains(false) else { return }
        auroc = Quality.auroc(scores: scores, positive: positive)
        auprc = Quality.averagePrecision(scores: scores, positive: positive)
        bestF1 = Quality.bestF1(scores: scores, positive: positive)
        flagAllF1 = Quality.flagAllF1(positive: positive)
        mcc = Quality.matthews(flagged: flags, positive: positive)
        let normal = zip(flags, positive).filter { !$0.1 }
        falseAlarmRate = Double(normal.filter(\.0).count) / Double(normal.count)
    }

    /// Silhouette and its like of the model's own sample, each record in the cluster of its nearest prototype.
    private mutating func judgeShape(_ model: Model) {
        let sample = model.sampleVectors
        guard model.clusters.count > 1, sample.rows > model.clusters.count else { return }
        let labels = model.sampleClusters
        guard Set(labels).count > 1 else { return }
        silhouette = Quality.sampledSilhouette(
            vectors: sample,
            labels: labels,
            metric: model.metric,
            size: 2_000,
            seed: 0
        )
        daviesBouldin = Quality.daviesBouldin(vectors: sample, labels: labels)
        calinskiHarabasz = Quality.calinskiHarabasz(vectors: sample, labels: labels)
    }
}
