import Foundation
public import Kernels

/// How a model turns raw feature rows into vectors: fitted to what was seen, and unchanged until it is fitted anew.
///
/// Numbers become `weight · (x - mean) / deviation`, cut at ``reach`` deviations; words one-hot by a table, those that have
/// no place in it by their hash into shared elements; booleans `√2 · weight · x`, which makes true and false as far apart
/// as two words; sines, cosines and text vectors `weight · x`.
public struct FeatureEncoding: Sendable, Equatable, Codable {
    /// What the raw columns are.
    public let layout: FeatureLayout
    /// How often it was fitted; 0 before the first clusters.
    public internal(set) var revision = 0
    /// One for each field, in the layout's order.
    var fields: [Field]

    /// Deviations from the mean beyond which a number is cut.
    static let reach = 8.0

    /// What was fitted to one field.
    struct Field: Sendable, Equatable, Codable {
        /// Whether a number is taken as its logarithm.
        var isLogarithmic = false
        /// Whether no number below zero was seen; ratios are told of such ones only.
        var isPositive = false
        /// A number as it is.
        var linear = Scaling()
        /// A number's logarithm.
        var logarithm = Scaling()
        /// The mean of booleans (the share of true), of a cycle's sine and cosine; the shares of the words in ``slots``.
        var means: [Double] = []
        /// The hash of the word in each place of the table; -1 for a free place.
        var slots: [Int] = []
        /// The words in the table.
        var names: [String] = []

        /// The scaling that is in use.
        var scaling: Scaling { isLogarithmic ? logarithm : linear }
    }

    /// The mean and deviation of a column.
    struct Scaling: Sendable, Equatable, Codable {
        var mean = 0.0
        var deviation = 1.0
        /// Whether values are cut before they are learned: not before something is known of them.
        var isBounded = false
        /// The step that most values come in; nil where they vary continuously, or nothing is known of it.
        var step: Double?

        init() {}

        /// Where values come in steps, a step is a deviation at least. Of few records hardly any may have left the step that
        /// all begin with: the next one would lie many deviations off, and less and less far as others follow.
        init(mean: Double, deviation: Double, step: Double? = nil) {
            self.mean = mean
            self.step = step
            // A column that never changed has no scale of its own; a change of a thousandth will then stand out.
            let least = max(1e-3 * abs(mean), 1e-6)
            self.deviation = max(deviation > 1e-6 * max(abs(mean), 1e-6) ? deviation : least, step ?? 0)
            isBounded = deviation > 1e-6 * max(abs(mean), 1e-6)
        }

        func clamped(_ value: Double) -> Double {
            guard isBounded else { return value }
            return min(max(value, mean - FeatureEncoding.reach * deviation), mean + FeatureEncoding.reach * deviation)
        }

        /// The value in deviations from the mean, cut.
        func standardised(_ value: Double) -> Double {
            min(max((value - mean) / deviation, -FeatureEncoding.reach), FeatureEncoding.reach)
        }

        func value(of standardised: Double) -> Double { mean + standardised * deviation }
    }

    /// An encoding that was never fitted: numbers as they are, all words in shared places.
    init(layout: FeatureLayout) {
        self.layout = layout
        fields = layout.fields.map { field in
            var result = Field()
            switch field.kind {
            case .number(let scale): result.isLogarithmic = scale == .logarithmic
            case .category(let slots):
                result.slots = Array(repeating: -1, count: slots)
                result.names = Array(repeating: "", count: slots)
                result.means = Array(repeating: 0, count: slots)
            case .boolean, .cycle: result.means = Array(repeating: 0, count: field.kind.rawWidth)
            case .vector: break
            }
            return result
        }
    }

    /// `sign(x) · ln(1 + |x|)`.
    static func logarithm(_ value: Double) -> Double { value < 0 ? -log1p(-value) : log1p(value) }

    /// The inverse of ``logarithm(_:)``.
    static func exponential(_ value: Double) -> Double { value < 0 ? -expm1(-value) : expm1(value) }

    /// The factor of a boolean beside its weight.
    static let booleanScale = 2.0.squareRoot()
}

extension FeatureEncoding {
    /// Turns raw rows (`m × r`) into vectors (`m × d`), of unit length under the cosine metric; always finite.
    func encode(_ raw: Matrix, metric: Metric) -> Matrix {
        var result = Matrix(rows: raw.rows, columns: layout.width)
        raw.storage.withUnsafeBufferPointer { source in
            result.storage.withUnsafeMutableBufferPointer { target in
                for row in 0..<raw.rows {
                    encode(
                        UnsafeBufferPointer(rebasing: source[row * raw.columns..<(row + 1) * raw.columns]),
                        into: UnsafeMutableBufferPointer(
                            rebasing: target[row * layout.width..<(row + 1) * layout.width]
                        )
                    )
                }
            }
        }
        if metric == .cosine {
            for row in 0..<result.rows { result.normalise(row: row) }
        }
        return result
    }

    /// One raw row (`r` elements) as a vector of `d`.
    func encode(_ raw: [Float], metric: Metric) -> [Float] {
        encode(Matrix(columns: layout.rawWidth, storage: raw), metric: metric).storage
    }

    private func encode(_ raw: UnsafeBufferPointer<Float>, into vector: UnsafeMutableBufferPointer<Float>) {
        var source = 0
        var target = 0
        for (field, fitted) in zip(layout.fields, fields) {
            let weight = field.weight
            switch field.kind {
            case .number: vector[target] = weight * number(raw[source], fitted, field.missing)
            case .category(let slots):
                let places = UnsafeMutableBufferPointer(rebasing: vector[target..<target + field.kind.width])
                fill(places, slots: slots, raw: raw[source], fitted, field)
            case .boolean:
                let value = Self.bounded(raw[source]) ?? missing(fitted, 0, field.missing)
                vector[target] = weight * Float(Self.booleanScale) * value
            case .cycle:
                for column in 0..<2 {
                    let value = Self.bounded(raw[source + column]) ?? missing(fitted, column, field.missing)
                    vector[target + column] = weight * value
                }
            case .vector(let width):
                for column in 0..<width {
                    vector[target + column] = weight * (Self.bounded(raw[source + column]) ?? 0)
                }
            }
            source += field.kind.rawWidth
            target += field.kind.width
        }
    }

    /// A truth value, a sine or an element of a unit vector lies between -1 and 1; nil where it is missing.
    private static func bounded(_ raw: Float) -> Float? { raw.isFinite ? min(max(raw, -1), 1) : nil }

    private func number(_ raw: Float, _ fitted: Field, _ missing: FeatureLayout.Missing) -> Float {
        guard raw.isFinite || missing == .zero else { return 0 }
        let value = raw.isFinite ? Double(raw) : 0
        return Float(fitted.scaling.standardised(fitted.isLogarithmic ? Self.logarithm(value) : value))
    }

    private func missing(_ fitted: Field, _ column: Int, _ missing: FeatureLayout.Missing) -> Float {
        missing == .zero ? 0 : Float(fitted.means[column])
    }

    private func fill(
        _ places: UnsafeMutableBufferPointer<Float>,
        slots: Int,
        raw: Float,
        _ fitted: Field,
        _ field: FeatureLayout.Field
    ) {
        places.update(repeating: 0)
        guard raw.isFinite else {
            if field.missing != .zero {
                for slot in 0..<slots { places[slot] = field.weight * Float(fitted.means[slot]) }
            }
            return
        }
        let hash = Int(raw)
        let shared = slots + Int(SeededGenerator.mix(UInt64(hash)) % UInt64(FeatureLayout.sharedSlots(slots)))
        places[fitted.slots.firstIndex(of: hash) ?? shared] = field.weight
    }
}
