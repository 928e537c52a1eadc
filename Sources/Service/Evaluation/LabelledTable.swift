import Foundation
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
    /// - Parameter isKindChosen: whether the space's kind was said by the user; otherwise the columns decide.
    /// - Throws: ``Exit`` where the file or a column is not there.
    init(
        input: String,
        label: String?,
        anomaly: String?,
        field: String?,
        settings: Settings,
        isKindChosen: Bool
    ) throws {
        do throws(StreamError) {
            reader = try TabularReader(path: input)
        } catch {
            let isThere = FileManager.default.fileExists(atPath: input)
            throw Exit(isThere ? .badInput : .noInput, error.message)
        }
        columns = try EvaluationColumns(
            columns: reader.columns,
            label: label,
            anomaly: anomaly,
            field: field ?? settings.space.field,
            kind: isKindChosen ? settings.space.kind : nil,
            path: input
        )
        self.settings = Self.adapt(settings, to: columns, isKindChosen: isKindChosen)
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
