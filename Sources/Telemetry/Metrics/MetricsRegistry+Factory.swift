public import CoreMetrics
import Synchronization

extension MetricsRegistry {
    /// Makes what libraries count by swift-metrics, such as the HTTP server's requests, appear here too. Once per
    /// process.
    public func bootstrap() { MetricsSystem.bootstrap(self) }
}

extension MetricsRegistry: MetricsFactory {
    /// A counter by a free name; characters that Prometheus does not allow become underscores.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        foreignScalar(label, dimensions, .counter)
    }

    /// A counter of fractions by a free name.
    public func makeFloatingPointCounter(
        label: String,
        dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        foreignScalar(label, dimensions, .counter)
    }

    /// A gauge by a free name.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        foreignScalar(label, dimensions, .gauge)
    }

    /// A histogram by a free name, or a gauge where no aggregation is wanted.
    public func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        aggregate
            ? foreignHistogram(label, dimensions, bounds: MetricDefinition.batchSizes)
            : foreignScalar(label, dimensions, .gauge)
    }

    /// A histogram of seconds by a free name.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        foreignHistogram(label, dimensions, bounds: MetricDefinition.shortDurations)
    }

    /// Forgets the counter's series.
    public func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    /// Forgets the counter's series.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    /// Forgets the gauge's series.
    public func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    /// Forgets the recorder's series.
    public func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    /// Forgets the timer's series.
    public func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    private func foreignScalar(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricDefinition.Kind
    ) -> ScalarSeries {
        let made = ScalarSeries(onlyGrows: kind == .counter)
        let series = foreignSeries(label, dimensions, kind, .scalar(made))
        if case .scalar(let scalar) = series { return scalar }
        return made
    }

    private func foreignHistogram(
        _ label: String,
        _ dimensions: [(String, String)],
        bounds: [Double]
    ) -> HistogramSeries {
        let made = HistogramSeries(bounds: bounds)
        let series = foreignSeries(label, dimensions, .histogram(bounds: bounds), .histogram(made))
        if case .histogram(let histogram) = series { return histogram }
        return made
    }

    private func foreignSeries(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricDefinition.Kind,
        _ made: Series
    ) -> Series {
        let labels = MetricLabels(dimensions.map { (Self.legalName($0.0), $0.1) })
        let name = Self.legalName(label)
        let taken = families.withLock { $0[name].map { $0.definition.kind != kind } ?? false }
        if taken { return made }
        return series(name, labels, MetricDefinition(kind, label, labels: labels.pairs.map(\.name))) { made }
    }

    private func forget(_ handler: AnyObject) {
        families.withLock { families in
            for name in Array(families.keys) {
                let kept = (families[name]?.series ?? [:]).filter { _, series in
                    switch series {
                    case .scalar(let scalar): scalar !== handler
                    case .histogram(let histogram): histogram !== handler
                    }
                }
                families[name]?.series = kept
            }
        }
    }

    /// Letters, digits and underscores, not beginning with a digit.
    static func legalName(_ name: String) -> String {
        let legal = name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" }
        guard let first = legal.first else { return "_" }
        return (first.isNumber ? "_" : "") + String(legal)
    }
}
