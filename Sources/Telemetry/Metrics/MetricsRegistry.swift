import Synchronization

/// All metrics of the process, in memory, for the exposition and for tests.
///
/// It is also a swift-metrics factory, so that libraries which report through swift-metrics appear beside our own
/// series; our own code names metrics by ``MetricName``.
public final class MetricsRegistry: Sendable {
    enum Series: Sendable {
        case scalar(ScalarSeries)
        case histogram(HistogramSeries)
    }

    struct Family: Sendable {
        var definition: MetricDefinition
        var series: [MetricLabels: Series] = [:]
    }

    let families = Mutex<[String: Family]>([:])

    /// Counters without labels exist from the start, at zero, so that a first increment shows as a rate.
    public init() {
        for name in MetricName.allCases where name.definition.labels.isEmpty && name.definition.kind == .counter {
            _ = scalar(name)
        }
    }

    /// The counter or gauge of these labels, made when it does not exist yet. Keep it where the lookup would cost.
    public func scalar(_ name: MetricName, _ labels: MetricLabels = .none) -> ScalarSeries {
        let definition = name.definition
        let series = series(name.rawValue, labels, definition) {
            .scalar(ScalarSeries(onlyGrows: definition.kind == .counter))
        }
        if case .scalar(let scalar) = series { return scalar }
        return ScalarSeries(onlyGrows: definition.kind == .counter)
    }

    /// The histogram of these labels, made when it does not exist yet.
    public func histogram(_ name: MetricName, _ labels: MetricLabels = .none) -> HistogramSeries {
        var bounds = MetricDefinition.shortDurations
        if case .histogram(let own) = name.definition.kind { bounds = own }
        let series = series(name.rawValue, labels, name.definition) { .histogram(HistogramSeries(bounds: bounds)) }
        if case .histogram(let histogram) = series { return histogram }
        return HistogramSeries(bounds: bounds)
    }

    /// Adds to a counter.
    public func increment(_ name: MetricName, by amount: Int = 1, _ labels: MetricLabels = .none) {
        scalar(name, labels).increment(by: Double(amount))
    }

    /// Sets a gauge.
    public func set(_ name: MetricName, to value: Double, _ labels: MetricLabels = .none) {
        scalar(name, labels).set(value)
    }

    /// Counts an observation in a histogram.
    public func observe(_ name: MetricName, _ value: Double, _ labels: MetricLabels = .none) {
        histogram(name, labels).record(value)
    }

    /// The value of a counter or gauge, or the number of observations of a histogram; nil where there is no such
    /// series.
    public func value(of name: MetricName, _ labels: MetricLabels = .none) -> Double? {
        switch families.withLock({ $0[name.rawValue]?.series[labels] }) {
        case .scalar(let scalar): scalar.value
        case .histogram(let histogram): Double(histogram.snapshot.count)
        case nil: nil
        }
    }

    /// The sum of a counter or gauge over all its labels.
    public func total(of name: MetricName) -> Double {
        let family = families.withLock { $0[name.rawValue]?.series ?? [:] }
        return family.values.reduce(0) { sum, series in
            if case .scalar(let scalar) = series { return sum + scalar.value }
            return sum
        }
    }

    /// Forgets a series, such as the lag of a partition that is no longer ours.
    public func remove(_ name: MetricName, _ labels: MetricLabels) {
        families.withLock { _ = $0[name.rawValue]?.series.removeValue(forKey: labels) }
    }

    /// Finds a series or makes it. A name that is already taken by another kind gives a series that is not exported:
    /// a library's odd choice of name must not stop the daemon.
    func series(
        _ name: String,
        _ labels: MetricLabels,
        _ definition: @autoclosure () -> MetricDefinition,
        make: () -> Series
    ) -> Series {
        families.withLock { families in
            if let found = families[name]?.series[labels] { return found }
            let made = make()
            families[name, default: Family(definition: definition())].series[labels] = made
            return made
        }
    }
}
