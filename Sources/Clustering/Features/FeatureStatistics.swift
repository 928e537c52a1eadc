import Foundation
import Kernels

/// What is known of the values of each field: moments of numbers and counts of words, mergeable and decayed.
///
/// Sums are 64-bit floats of 32-bit values: merging is associative, and exactly so as long as the magnitudes of a
/// column's squares lie within a factor of about 2²⁹ divided by the number of records of each other.
struct FeatureStatistics: Sendable, Equatable, Codable {
    /// One for each field, in the layout's order.
    var fields: [Field]

    /// What is known of one field.
    struct Field: Sendable, Equatable, Codable {
        /// The values of each raw column; empty for words and text.
        var columns: [Moments]
        /// The same of a number's logarithm; zero for anything else.
        var logarithm = Moments()
        /// Words by their hash; empty for anything else.
        var words: [Int: Word] = [:]
    }

    /// Decayed sums of a column.
    struct Moments: Sendable, Equatable, Codable {
        var count = 0.0
        var sum = 0.0
        var squareSum = 0.0

        /// The mean; 0 where nothing was seen.
        var mean: Double { count > 0 ? sum / count : 0 }
        /// The standard deviation (of the population); 0 where nothing was seen.
        var deviation: Double { count > 0 ? max(0, squareSum / count - mean * mean).squareRoot() : 0 }

        mutating func add(_ value: Double) {
            count += 1
            sum += value
            squareSum += value * value
        }

        mutating func merge(_ other: Moments, factor: Double) {
            count = count * factor + other.count
            sum = sum * factor + other.sum
            squareSum = squareSum * factor + other.squareSum
        }
    }

    /// A word of a category.
    struct Word: Sendable, Equatable, Codable {
        var name: String
        var count: Double
        /// The number of the record that first had it.
        var first: UInt64
    }

    init(layout: FeatureLayout) {
        fields = layout.fields.map { field in
            switch field.kind {
            case .number, .boolean, .cycle: Field(columns: .init(repeating: Moments(), count: field.kind.rawWidth))
            case .category, .vector: Field(columns: [])
            }
        }
    }

    /// Adds a raw row. Numbers beyond the encoding's reach count as lying at its edge, so that one wild value cannot undo
    /// what many taught.
    ///
    /// - Parameters:
    ///   - row: `r` elements.
    ///   - words: the words of the category fields, in order; where there are fewer, the rest have no name.
    mutating func add(row: ArraySlice<Float>, words: [String], record: UInt64, encoding: FeatureEncoding) {
        var position = row.startIndex
        var category = 0
        for (index, field) in encoding.layout.fields.enumerated() {
            let value = row[position]
            switch field.kind {
            case .number:
                if value.isFinite { add(number: Double(value), field: index, scaling: encoding.fields[index]) }
            case .category:
                let word = category < words.count ? words[category] : ""
                if value.isFinite { add(hash: Int(value), name: word, record: record, field: index) }
                category += 1
            case .boolean, .cycle:
                for column in fields[index].columns.indices where row[position + column].isFinite {
                    fields[index].columns[column].add(min(max(Double(row[position + column]), -1), 1))
                }
            case .vector: break
            }
            position += field.kind.rawWidth
        }
    }

    private mutating func add(number: Double, field: Int, scaling: FeatureEncoding.Field) {
        fields[field].columns[0].add(scaling.linear.clamped(number))
        fields[field].logarithm.add(scaling.logarithm.clamped(FeatureEncoding.logarithm(number)))
    }

    private mutating func add(hash: Int, name: String, record: UInt64, field: Int) {
        fields[field].words[hash, default: Word(name: name, count: 0, first: record)].count += 1
    }

    /// Fades what is here by `factor` and adds `other`.
    mutating func merge(_ other: FeatureStatistics, factor: Double = 1) {
        for (index, theirs) in other.fields.enumerated() where index < fields.count {
            fields[index].merge(theirs, factor: factor)
        }
    }

    /// Keeps, for each category, the `limit` words that count most, where there are more than twice as many.
    mutating func bound(_ layout: FeatureLayout) {
        for (index, field) in layout.fields.enumerated() {
            guard case .category(let slots) = field.kind, fields[index].words.count > 2 * Self.wordLimit(slots) else {
                continue
            }
            let kept = fields[index].ranked().prefix(Self.wordLimit(slots))
            fields[index].words = Dictionary(uniqueKeysWithValues: kept.map { ($0.hash, $0.word) })
        }
    }

    /// The words that a model counts for a category of that many slots: it may hold twice as many for a while.
    static func wordLimit(_ slots: Int) -> Int { 4 * max(16, slots) }
}

extension FeatureStatistics.Field {
    fileprivate mutating func merge(_ other: Self, factor: Double) {
        for (column, moments) in other.columns.enumerated() where column < columns.count {
            columns[column].merge(moments, factor: factor)
        }
        logarithm.merge(other.logarithm, factor: factor)
        if factor < 1 {
            for hash in words.keys { words[hash]?.count *= factor }
        }
        words.merge(other.words) { mine, theirs in
            var word = mine.first <= theirs.first ? mine : theirs
            word.count = mine.count + theirs.count
            return word
        }
    }

    /// The words, most frequent first; the earlier first where counts are equal.
    func ranked() -> [(hash: Int, word: FeatureStatistics.Word)] {
        words.map { (hash: $0.key, word: $0.value) }.sorted { a, b in
            a.word.count != b.word.count
                ? a.word.count > b.word.count : (a.word.first, a.hash) < (b.word.first, b.hash)
        }
    }

    /// The decayed count of all words.
    var wordTotal: Double { words.keys.sorted().reduce(0) { $0 + (words[$1]?.count ?? 0) } }
}
