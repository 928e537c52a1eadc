import CoreMetrics
import Testing

@testable import Telemetry

@Suite struct ExpositionTests {
    @Test func countersWithoutLabelsAreZeroFromTheStart() {
        let text = MetricsRegistry().exposition()
        #expect(text.contains("\ncentroidd_records_consumed_total 0\n"))
        #expect(text.contains("# TYPE centroidd_records_consumed_total counter\n"))
        #expect(!text.contains("centroidd_model_version"))
    }

    @Test func labelsAreOrderedAndEscaped() {
        let registry = MetricsRegistry()
        registry.set(.consumerLag, to: 12, ["topic": "a\"b\\c\nd", "partition": "3"])
        #expect(
            registry.exposition().contains(
                #"centroidd_kafka_consumer_lag_records{partition="3",topic="a\"b\\c\nd"} 12"# + "\n"
            )
        )
    }

    @Test func histogramsAreCumulativeAndEndAtInfinity() {
        let registry = MetricsRegistry()
        for value in [0.0005, 0.001, 0.2, 99] { registry.observe(.commitDuration, value) }
        let lines = registry.exposition().split(separator: "\n").filter { $0.contains("commit_duration") }
        #expect(lines.contains("centroidd_commit_duration_seconds_bucket{le=\"0.001\"} 2"))
        #expect(lines.contains("centroidd_commit_duration_seconds_bucket{le=\"0.1\"} 2"))
        #expect(lines.contains("centroidd_commit_duration_seconds_bucket{le=\"0.25\"} 3"))
        #expect(lines.contains("centroidd_commit_duration_seconds_bucket{le=\"30\"} 3"))
        #expect(lines.contains("centroidd_commit_duration_seconds_bucket{le=\"+Inf\"} 4"))
        #expect(lines.contains("centroidd_commit_duration_seconds_count 4"))
        #expect(lines.contains { $0.hasPrefix("centroidd_commit_duration_seconds_sum 99.2015") })
    }

    @Test(arguments: [
        (3.0, "3"), (-2.5, "-2.5"), (.nan, "NaN"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (1e20, "1e+20"),
    ])
    func numbersAreSpeltAsTheFormatSays(value: Double, text: String) {
        #expect(Exposition.number(value) == text)
    }

    @Test func everyMetricIsNamedAndDescribed() {
        for name in MetricName.allCases {
            let definition = name.definition
            #expect(definition.help != name.rawValue, "\(name) has no help text")
            #expect(definition.help.hasSuffix("."))
            #expect(name.rawValue.allSatisfy { $0 == "_" || $0.isLowercase })
            #expect((definition.kind == .counter) == name.rawValue.hasSuffix("_total"), "\(name)")
            #expect(definition.labels == definition.labels.sorted())
        }
    }
}

@Suite struct RegistryTests {
    @Test func aSeriesIsSharedWhateverTheOrderOfItsLabels() {
        let registry = MetricsRegistry()
        registry.increment(.errors, by: 2, ["stage": "decode", "error_type": "x"])
        registry.increment(.errors, by: 3, ["error_type": "x", "stage": "decode"])
        registry.increment(.errors, ["stage": "kafka", "error_type": "x"])
        #expect(registry.value(of: .errors, ["stage": "decode", "error_type": "x"]) == 5)
        #expect(registry.total(of: .errors) == 6)
    }

    @Test func aRemovedSeriesIsNoLongerExported() {
        let registry = MetricsRegistry()
        registry.set(.consumerLag, to: 1, ["topic": "logs", "partition": "0"])
        registry.set(.consumerLag, to: 2, ["topic": "logs", "partition": "1"])
        registry.remove(.consumerLag, ["partition": "0", "topic": "logs"])
        let text = registry.exposition()
        #expect(!text.contains("partition=\"0\""))
        #expect(text.contains("partition=\"1\""))
    }

    @Test func countersNeverFall() {
        let registry = MetricsRegistry()
        registry.increment(.recordsConsumed, by: 5)
        registry.increment(.recordsConsumed, by: -3)
        registry.scalar(.recordsConsumed).increment(by: Double.nan)
        #expect(registry.value(of: .recordsConsumed) == 5)
    }

    @Test func manyThreadsLoseNoIncrement() async {
        let registry = MetricsRegistry()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let counter = registry.scalar(.recordsConsumed)
                    for _ in 0..<10_000 { counter.increment(by: 1.0) }
                }
            }
        }
        #expect(registry.value(of: .recordsConsumed) == 80_000)
    }

    @Test func librariesReportThroughTheFactory() {
        let registry = MetricsRegistry()
        let counter = Counter(label: "hb.requests", dimensions: [("hb.uri", "/status")], factory: registry)
        counter.increment(by: 4)
        Timer(label: "hb.request.duration", dimensions: [], factory: registry).recordMilliseconds(20)
        Recorder(label: "3rd.size", dimensions: [], aggregate: false, factory: registry).record(7)
        Meter(label: "level", factory: registry).set(2.5)
        let text = registry.exposition()
        #expect(text.contains("hb_requests{hb_uri=\"/status\"} 4\n"))
        #expect(text.contains("hb_request_duration_bucket{le=\"0.025\"} 1\n"))
        #expect(text.contains("_3rd_size 7\n"))
        #expect(text.contains("level 2.5\n"))
        counter.destroy()
        #expect(!registry.exposition().contains("hb_requests"))
    }

    @Test func aNameTakenByAnotherKindIsNotExported() {
        let registry = MetricsRegistry()
        registry.increment(.recordsConsumed, by: 1)
        let meter = Meter(label: "centroidd_records_consumed_total", factory: registry)
        meter.set(99)
        #expect(registry.value(of: .recordsConsumed) == 1)
    }

    @Test func processMetricsAreReadFromTheKernel() throws {
        let registry = MetricsRegistry()
        ProcessMetrics.refresh(in: registry)
        #expect(try #require(registry.value(of: .processResidentMemory)) > 1_000_000)
        #expect(try #require(registry.value(of: .processOpenFiles)) >= 3)
    }
}
