import Embedding
import Foundation
import Pipeline
import Settings
import Streams

/// A file of records with their truth beside them, and the settings that read it.
struct LabelledTable {
    /// The rows.
    let reader: TabularReader
    /// Which columns are the record and which are the truth.
    let columns: EvaluationColumns
    /// The settings, adapted to what the columns hold.
    let settings: Settings

    /// Opens a file and finds out what its records are.
    ///
    /// - Parameters:
    ///   - isKindChosen: whether the space's kind was said by the user; otherwise the columns decide.
    /// - Throws: ``Exit`` where the file or a column is not there.
    init(
        input: String,
        label: String?,
        anomaly: String?,
        field: String?,
        settings: Settings,
        isKindChosen: Bool
    ) throws {
        let first: TabularRow?
        do throws(StreamError) {
            reader = try TabularReader(path: input)
            first = try reader.peek()
        } catch {
            let isThere = FileManager.default.fileExists(atPath: input)
            throw Exit(isThere ? .badInput : .noInput, error.message)
        }
        var columns = try EvaluationColumns(
            columns: reader.columns,
            label: label,
            anomaly: anomaly,
            field: field ?? settings.space.field,
            session: settings.space.kind == .session ? (settings.session.field, settings.session.time) : (nil, nil),
            kind: isKindChosen ? settings.space.kind : nil,
            path: input
        )
        columns.isTable = reader.format != .jsonLines
        self.columns = columns
        var settings = settings
        settings.output.onError = .skip
        // Every row is judged, whether its entity's cluster changed or not.
        settings.entity.publish = .always
        settings.input.format = .text
        // Columns have become the record's key and its time.
        (settings.session.field, settings.session.time) = (nil, nil)
        switch columns.content {
        case .text: break
        case .fields: try settings.takeFields(from: reader, columns: columns)
        case .numbers(let names):
            settings.takeVectors(of: names.count)
            settings.space.encoding = .json
            // Columns are coordinates more often than directions.
            settings.clusters.metric = settings.clusters.metric ?? .euclidean
        case .vector(let name):
            settings.takeVectors(of: settings.space.dimension ?? first.flatMap { Self.elements(of: $0[name]) })
        }
        self.settings = settings
    }

    /// How many elements a vector has that is written as a JSON array; nil where it is written otherwise.
    private static func elements(of text: String?) -> Int? {
        guard let text, text.hasPrefix("[") else { return nil }
        return (try? JSONDecoder().decode([Double].self, from: Data(text.utf8)))?.count
    }
}

extension Settings {
    fileprivate mutating func takeVectors(of dimension: Int?) {
        space.kind = .vector
        space.model = nil
        space.dimension = dimension
    }

    /// Sets up a features space for the rows of a table; where no fields are named, those that the first rows have.
    ///
    /// - Throws: ``Exit`` where a row cannot be read or no field is found.
    mutating func takeFields(from reader: TabularReader, columns: EvaluationColumns, isPatient: Bool = true) throws {
        space.kind = .features
        input.format = .json
        guard effectiveFields.isEmpty else { return }
        let rows: [TabularRow]
        do throws(StreamError) {
            rows = try reader.peek(FeatureInference.recordLimit, isPatient: isPatient)
        } catch {
            throw Exit(.badInput, error.message)
        }
        let records = rows.map { row in
            (try? decoder(for: HashedTextSpace()).fields(columns.value(of: row))) ?? [:]
        }
        let found = FeatureInference.fields(of: records, names: reader.columns)
        guard !found.isEmpty else {
            throw Exit(.badInput, "\(reader.path): no column tells records apart; name some in space.fields")
        }
        space.fields = found.map(FeatureFieldSettings.init)
    }
}
