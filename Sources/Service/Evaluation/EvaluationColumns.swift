import Foundation
import Pipeline
import Settings
import Streams

/// Which columns of a file are the truth and which are the record.
struct EvaluationColumns: Sendable {
    /// What a record is made of.
    enum Content: Sendable, Equatable {
        /// One column, as text.
        case text(String)
        /// Numeric columns, as a vector.
        case numbers([String])
        /// One column that holds a whole vector.
        case vector(String)
        /// All columns but those of the truth, as an object with fields.
        case fields
    }

    var label: String?
    var anomaly: String?
    var content: Content
    /// With `space.kind: session`: the columns of a session's name and of an event's time.
    var session: String?
    var time: String?
    /// Whether rows come from a table, in which empty cells stand for nothing and all the rest is text.
    var isTable = true

    /// Chooses the content: the column named, or the only one left, or all that are left where they are to be a
    /// vector.
    ///
    /// - Throws: ``Exit`` naming the columns there are.
    init(
        columns: [String],
        label: String?,
        anomaly: String?,
        field: String?,
        session: (name: String?, time: String?) = (nil, nil),
        kind: SpaceSettings.Kind?,
        path: String
    ) throws {
        let known = columns.joined(separator: ", ")
        (self.session, time) = session
        for name in [label, anomaly, kind == .features ? nil : field, session.name, session.time].compactMap({ $0 })
        where !columns.contains(name) {
            throw Exit(.usage, "\(path): there is no column \"\(name)\"; the columns are \(known)")
        }
        self.label = label
        self.anomaly = anomaly
        let rest = columns.filter { ![label, anomaly, session.name, session.time].contains($0) }
        guard !rest.isEmpty else { throw Exit(.usage, "\(path): no column is left beside the truth") }
        if kind == .features {
            content = .fields
        } else if let field, kind != .vector {
            content = .text(field)
        } else if kind == .vector || (kind == nil && rest.count > 1) {
            content = field.map(Content.vector) ?? .numbers(rest)
        } else if rest.count == 1 {
            content = .text(rest[0])
        } else {
            throw Exit(
                .usage,
                "\(path): which column is the text? Name it with --field or space.field; there are \(known)"
            )
        }
    }

    /// All columns as fields, without a truth.
    init(fieldsOf reader: TabularReader) {
        content = .fields
        isTable = reader.format != .jsonLines
    }

    func truth(of row: TabularRow) -> LabelledLog.Truth {
        LabelledLog.Truth(
            label: label.flatMap { row[$0] },
            isAnomaly: anomaly.flatMap { row[$0] }.map {
                !["", "0", "-", "false", "normal", "no"].contains($0.lowercased())
            },
            line: row.line,
            fault: fault(in: row)
        )
    }

    /// Which column of a row of numbers holds none, and what it holds; nil where there is no such column.
    func fault(in row: TabularRow) -> String? {
        guard case .numbers(let columns) = content else { return nil }
        for column in columns {
            let cell = (row[column] ?? "").trimmingCharacters(in: .whitespaces)
            if cell.isEmpty { return "column \"\(column)\" is empty; every column of a vector needs a number" }
            if Double(cell) == nil { return "column \"\(column)\" holds \"\(cell.prefix(40))\", not a number" }
        }
        return nil
    }

    /// A row as a record of `offset`.
    func record(of row: TabularRow, offset: Int64) -> Record {
        Record(
            source: TopicPartition(topic: LabelledLog.topic, partition: 0),
            offset: offset,
            timestamp: time.flatMap { row[$0] }.flatMap(EventTime.milliseconds),
            key: session.flatMap { row[$0] }.map { Array($0.utf8) },
            value: value(of: row)
        )
    }

    func value(of row: TabularRow) -> [UInt8] {
        switch content {
        case .fields: row.object(without: Set([label, anomaly].compactMap { $0 }), isTable: isTable)
        case .text(let column), .vector(let column): Array((row[column] ?? "").utf8)
        case .numbers(let columns):
            Array("[\(columns.map { row[$0] ?? "null" }.joined(separator: ","))]".utf8)
        }
    }
}
