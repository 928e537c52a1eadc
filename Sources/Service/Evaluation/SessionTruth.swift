import Embedding
import Pipeline
import Streams

/// What the rows of a labelled file say of the sessions that they are events of.
struct SessionTruth: Sendable {
    private struct Event {
        var time: Int64
        var truth: LabelledLog.Truth
    }

    private let decoder: SessionDecoder
    private var events: [String: [Event]] = [:]
    /// Rows that are in no session.
    private(set) var refused = 0
    private(set) var firstRefusal: String?

    init(options: SessionOptions) { decoder = SessionDecoder(options: options) }

    /// Takes in a row.
    mutating func note(_ record: Record, _ truth: LabelledLog.Truth) {
        let line = String(decoding: record.value ?? [], as: UTF8.self)
        let reason: String
        switch decoder.decode(record, line: line) {
        case .success(let event) where !event.keys.isEmpty:
            for key in event.keys {
                events[String(decoding: key, as: UTF8.self), default: []].append(Event(time: event.time, truth: truth))
            }
            return
        case .success: reason = "its line holds no session's name"
        case .failure(let rejection): reason = rejection.message
        }
        refused += 1
        if firstRefusal == nil { firstRefusal = "line \(truth.line): \(reason)" }
    }

    /// The truth of a session by its name and the times of its first and last event: the label that most of its rows have,
    /// of several the first; anomalous where one of its rows is.
    func truth(of session: String, from start: Int64, to end: Int64) -> LabelledLog.Truth {
        let rows = (events[session] ?? []).filter { (start...max(start, end)).contains($0.time) }.map(\.truth)
        var counts: [String: Int] = [:]
        for label in rows.compactMap(\.label) { counts[label, default: 0] += 1 }
        let most = counts.values.max()
        let anomalies = rows.compactMap(\.isAnomaly)
        return LabelledLog.Truth(
            label: rows.compactMap(\.label).first { counts[$0] == most },
            isAnomaly: anomalies.isEmpty ? nil : anomalies.contains(true),
            line: rows.last?.line ?? 0
        )
    }
}
