import Kernels

/// What a model of feature rows knows of the fields: how they are turned into vectors now, and what was learned of them
/// since.
public struct FeatureState: Sendable, Equatable, Codable {
    /// In use until the clusters are next made anew.
    public internal(set) var encoding: FeatureEncoding
    /// The decayed statistics, as they stood at ``clock``.
    var statistics: FeatureStatistics
    /// The decay clock, in half-lives, at which the statistics were last brought up to date.
    var clock = 0.0

    init(encoding: FeatureEncoding) {
        self.encoding = encoding
        statistics = FeatureStatistics(layout: encoding.layout)
    }

    /// Takes over what a delta learned.
    mutating func learn(_ other: FeatureStatistics, clock now: Double) {
        statistics.merge(other, factor: Forgetting.factor(from: clock, to: now))
        statistics.bound(encoding.layout)
        clock = max(clock, now)
    }

    /// At the first look nothing has bounded the numbers that were learned yet: where the sample has wild ones, its bounded
    /// values take the place of what was learned.
    ///
    /// - Parameter sample: raw rows of the stream, `r` elements each.
    mutating func tame(_ sample: [[Float]]) {
        var position = 0
        for (index, field) in encoding.layout.fields.enumerated() {
            defer { position += field.kind.rawWidth }
            guard case .number = field.kind else { continue }
            let values = sample.map { $0[position] }.filter(\.isFinite).map(Double.init)
            Self.tame(values, &statistics.fields[index].columns[0])
            Self.tame(values.map(FeatureEncoding.logarithm), &statistics.fields[index].logarithm)
        }
    }

    private static func tame(_ values: [Double], _ moments: inout FeatureStatistics.Moments) {
        let bounds = FeatureEncoding.bounds(of: values)
        let bounded = values.map(bounds.clamped)
        guard bounded != values else { return }
        moments = FeatureStatistics.Moments()
        for value in bounded { moments.add(value) }
    }
}

extension FeatureState {
    /// Refuses what was read back and does not fit together.
    func check(dimension: Int) throws(ClusteringError) {
        let layout = encoding.layout
        let isSound =
            layout.width == dimension && encoding.fields.count == layout.fields.count
            && statistics.fields.count == layout.fields.count
            && zip(layout.fields, zip(encoding.fields, statistics.fields)).allSatisfy { field, parts in
                Self.fits(field.kind, parts.0, parts.1)
            }
        guard isSound else {
            throw .storedModel(
                "the stored model's features do not fit its dimension, \(dimension): it is damaged; restore the whole set or"
                    + " start without it"
            )
        }
    }

    private static func fits(
        _ kind: FeatureLayout.Kind,
        _ fitted: FeatureEncoding.Field,
        _ known: FeatureStatistics.Field
    ) -> Bool {
        switch kind {
        case .number: known.columns.count == 1
        case .category(let slots):
            slots > 0 && fitted.slots.count == slots && fitted.names.count == slots && fitted.means.count == slots
        case .boolean, .cycle: fitted.means.count == kind.rawWidth && known.columns.count == kind.rawWidth
        case .vector(let width): width > 0
        }
    }
}
