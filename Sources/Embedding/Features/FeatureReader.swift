import Foundation
import Kernels

/// Reads the fields of one record into a raw row.
struct FeatureReader {
    private var row = FeatureRow(values: [], texts: [], words: [], summary: "")
    private var found = 0
    private let textDimension: Int

    /// The most bytes of a word and of the summary.
    private static let wordLimit = 64
    private static let summaryLimit = 512

    init(textDimension: Int) {
        self.textDimension = textDimension
    }

    /// The row of a record. Refuses values of a wrong type, numbers that no 32-bit float holds, missing values of
    /// fields that must be there, and records with none of the fields.
    static func read(
        _ values: [String: FeatureValue],
        fields: [FeatureField],
        textDimension: Int
    ) throws(InputRejection) -> FeatureRow {
        var reader = FeatureReader(textDimension: textDimension)
        for field in fields { try reader.read(values.value(at: field.name) ?? .null, field) }
        guard reader.found > 0 else {
            let names = fields.prefix(5).map { "\"\($0.name)\"" }.joined(separator: ", ")
            throw InputRejection(
                .missingField,
                "the record has none of the fields \(names)\(fields.count > 5 ? ", ..." : "")"
            )
        }
        return reader.row
    }

    private mutating func read(_ value: FeatureValue, _ field: FeatureField) throws(InputRejection) {
        if case .null = value { return try skip(field) }
        switch field.kind {
        case .number:
            let number = try Self.number(value, field)
            row.values.append(number)
            tell(field, Self.text(of: Double(number)))
        case .category:
            let word = try Self.word(value, field)
            if word.isEmpty { return try skip(field) }
            row.values.append(Self.hash(word))
            row.words.append(Self.cut(word, limit: Self.wordLimit))
            tell(field, word)
        case .time(let cycle):
            guard let moment = Moment(value) else {
                throw Self.wrong(value, field, "milliseconds since 1970 or ISO 8601 text")
            }
            let angle = 2 * Double.pi * moment.turn(of: cycle)
            row.values += [Float(sin(angle)), Float(cos(angle))]
            tell(field, moment.description)
        case .boolean:
            guard let truth = Self.truth(value) else { throw Self.wrong(value, field, "true or false") }
            row.values.append(truth ? 1 : 0)
            tell(field, truth ? "true" : "false")
        case .text:
            guard case .text(let text) = value else { throw Self.wrong(value, field, "text") }
            if text.isEmpty { return try skip(field) }
            row.values += [Float](repeating: .nan, count: textDimension)
            row.texts.append(text)
            tell(field, text)
        }
        found += 1
    }

    private mutating func skip(_ field: FeatureField) throws(InputRejection) {
        guard field.missing != .reject else {
            throw InputRejection(.missingField, "the field \"\(field.name)\" is missing, and must be there")
        }
        switch field.kind {
        case .number, .boolean: row.values.append(.nan)
        case .category:
            row.values.append(.nan)
            row.words.append("")
        case .time: row.values += [.nan, .nan]
        case .text:
            row.values += [Float](repeating: .nan, count: textDimension)
            row.texts.append(nil)
        }
    }

    private mutating func tell(_ field: FeatureField, _ value: String) {
        guard row.summary.utf8.count < Self.summaryLimit else { return }
        if !row.summary.isEmpty { row.summary += " " }
        row.summary += "\(field.name)=\(Self.cut(value, limit: Self.wordLimit))"
    }
}

extension FeatureReader {
    private static func number(_ value: FeatureValue, _ field: FeatureField) throws(InputRejection) -> Float {
        let number: Double
        switch value {
        case .number(let found): number = found
        case .text(let text):
            guard let found = Double(text.trimmingCharacters(in: .whitespaces)) else {
                throw wrong(value, field, "a number")
            }
            number = found
        case .boolean(let found): number = found ? 1 : 0
        case .null, .list, .object: throw wrong(value, field, "a number")
        }
        guard Float(number).isFinite else {
            throw InputRejection(.notFinite, "field \"\(field.name)\" is \(number); expected a finite 32-bit float")
        }
        return Float(number)
    }

    private static func word(_ value: FeatureValue, _ field: FeatureField) throws(InputRejection) -> String {
        switch value {
        case .text(let text): return text
        case .number(let number): return text(of: number)
        case .boolean(let truth): return truth ? "true" : "false"
        case .null, .list, .object: throw wrong(value, field, "text, a number or a truth value")
        }
    }

    static func truth(_ value: FeatureValue) -> Bool? {
        switch value {
        case .boolean(let truth): truth
        case .number(0): false
        case .number(1): true
        case .text(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "1": true
            case "false", "f", "no", "n", "0": false
            default: nil
            }
        default: nil
        }
    }

    private static func wrong(_ value: FeatureValue, _ field: FeatureField, _ expected: String) -> InputRejection {
        let found =
            if case .text(let text) = value { "the text \"\(cut(text, limit: wordLimit))\"" } else { value.typeName }
        return InputRejection(.wrongType, "field \"\(field.name)\" is \(found); expected \(expected)")
    }

    /// Whole numbers without a fraction.
    static func text(of number: Double) -> String {
        number == number.rounded() && abs(number) < 1e15 ? String(Int64(number)) : String(format: "%.6g", number)
    }

    /// 24 bits of a word's hash (FNV-1a, Fowler, Noll, Vo), which a 32-bit float holds exactly.
    static func hash(_ word: String) -> Float {
        let hash = word.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        return Float(SeededGenerator.mix(hash) >> 40)
    }

    /// The first `limit` bytes, cut before the character that would not fit.
    private static func cut(_ text: String, limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: limit)
        while end > text.startIndex, text.utf8[end] & 0xC0 == 0x80 { end = text.utf8.index(before: end) }
        return String(text[..<end])
    }
}
