import Foundation
import Kernels

/// What is odd about an anomaly, beside the nearest cluster and its label.
public struct Explanation: Sendable, Equatable {
    /// A field, or an element of the vector, that is unlike the stream.
    public struct Field: Sendable, Equatable {
        /// Its name; `element 3` (counting from 0) where vectors come ready made.
        public var name: String
        /// How many standard deviations of the stream its value lies from the mean.
        public var deviations: Double

        /// Memberwise.
        public init(name: String, deviations: Double) {
            self.name = name
            self.deviations = deviations
        }
    }

    /// How far the record lies beyond the mean distance of the nearest cluster's members, in their standard deviations; nil
    /// where these do not scatter.
    public var deviations: Double?
    /// The terms of its text that the nearest cluster has never had, in order; none where there is no text.
    public var terms: [String] = []
    /// The fields that contribute most, the oddest first; numeric spaces only.
    public var fields: [Field] = []
    /// The time, in milliseconds since 1970, of the last record like it: a member of its cluster or, beyond the reach of
    /// that, one that was left waiting near it. Nil where there was none, or records have no times.
    public var lastSeen: Int64?
    /// The number of that record in the stream, counting from 0; nil where there was none.
    public var lastRecord: UInt64?
}

/// Explains anomalies; what is common to those of a batch is found on first need.
struct Explainer {
    let model: Model
    let options: ClusteringOptions
    let radii: Radii
    private var moments: (means: [Float], deviations: [Float])?

    /// The most terms, and the most fields, of an explanation.
    private static let limit = 4
    /// Fields that deviate by less say nothing.
    private static let leastDeviations: Float = 2

    init(model: Model, options: ClusteringOptions, radii: Radii) {
        self.model = model
        self.options = options
        self.radii = radii
    }

    mutating func explain(
        _ sighting: Sighting,
        distance: Float,
        vector: ArraySlice<Float>,
        text: String?
    ) -> Explanation {
        var explanation = Explanation()
        let cluster = model.clusters[sighting.cluster]
        if cluster.deviation > 0 {
            explanation.deviations = (Double(distance) - cluster.meanDistance) / cluster.deviation
        }
        if let text { explanation.terms = strangeTerms(text, cluster: cluster) }
        if model.metric == .euclidean { explanation.fields = oddFields(vector) }
        if !sighting.isFar {
            explanation.lastRecord = cluster.lastSeen
            explanation.lastSeen = cluster.lastTimestamp
        } else if let last = lastAlike(vector) {
            explanation.lastRecord = last.record
            explanation.lastSeen = last.timestamp
        }
        return explanation
    }

    private func strangeTerms(_ text: String, cluster: Cluster) -> [String] {
        let redacted = options.labels.redaction.redacted(
            Redaction.beginning(of: text, limit: 2 * options.labels.textLength + Terms.byteLimit)
        )
        var strange: [String] = []
        for term in Terms.split(redacted) where cluster.terms.counts[term] == nil && !strange.contains(term) {
            strange.append(term)
            if strange.count == Self.limit { break }
        }
        return strange
    }

    /// The newest record of the nursery that lies as near as two members of a cluster may.
    private func lastAlike(_ vector: ArraySlice<Float>) -> StoredRecord? {
        let own = Array(vector)
        let reach = BirthReach(radii: radii, metric: model.metric).pair
        return model.nursery.waiting.last { model.metric.distance(own, $0.vector) <= reach }
    }

    private mutating func oddFields(_ vector: ArraySlice<Float>) -> [Explanation.Field] {
        let (means, deviations) = moments ?? Self.moments(of: model.core.records, columns: model.dimension)
        moments = (means, deviations)
        let scores = zip(vector, zip(means, deviations)).map { value, usual in
            usual.1 > 0 ? (value - usual.0) / usual.1 : 0
        }
        var fields: [Explanation.Field] = []
        var position = 0
        func consider(_ name: String, _ columns: Range<Int>) {
            guard let oddest = columns.max(by: { abs(scores[$0]) < abs(scores[$1]) }),
                abs(scores[oddest]) >= Self.leastDeviations
            else { return }
            fields.append(.init(name: name, deviations: Double(scores[oddest])))
        }
        if let layout = model.features?.encoding.layout {
            for field in layout.fields {
                consider(field.name, position..<min(position + field.kind.width, scores.count))
                position += field.kind.width
            }
        } else {
            for column in scores.indices { consider("element \(column)", column..<column + 1) }
        }
        return Array(fields.sorted { abs($0.deviations) > abs($1.deviations) }.prefix(Self.limit))
    }

    private static func moments(of records: [StoredRecord], columns: Int) -> (means: [Float], deviations: [Float]) {
        var sums = [Double](repeating: 0, count: columns)
        var squares = sums
        for record in records {
            for (column, value) in record.vector.enumerated() {
                sums[column] += Double(value)
                squares[column] += Double(value) * Double(value)
            }
        }
        let count = Double(max(1, records.count))
        let means = sums.map { $0 / count }
        let deviations = zip(squares, means).map { max(0, $0 / count - $1 * $1).squareRoot() }
        return (means.map(Float.init), deviations.map(Float.init))
    }
}
