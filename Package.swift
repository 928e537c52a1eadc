// swift-tools-version: 6.2
import PackageDescription

/// Every room is compiled under the same strict rules; a warning is an error.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")

let package = Package(
    name: "centroidd",
    products: [
        .executable(name: "centroidd", targets: ["centroidd"]),
        .library(
            name: "CentroiddRooms",
            targets: [
                "Kernels", "Embedding", "BatchClustering", "Projection", "Charts", "Templates", "Clustering", "Streams",
                "KafkaLog", "RemoteEmbedding", "Telemetry", "Pipeline", "Service", "Settings",
            ]
        ),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        // C libraries and C code, each behind one room.
        .systemLibrary(name: "CRdKafka", pkgConfig: "rdkafka", providers: [.apt(["librdkafka-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "COneDNN", linkerSettings: [.linkedLibrary("dnnl")]),
        .target(name: "CKernels"),

        // The functional core: no clock, thread, file or Kafka.
        room("Kernels", ["CKernels", "COneDNN"]),
        room("Embedding", ["Kernels"]),
        room("BatchClustering", ["Kernels", heap]),
        room("Projection", ["Kernels", heap]),
        room("Charts", []),
        room("Templates", []),
        room("Clustering", ["BatchClustering", "Projection", "Templates", "Kernels", heap]),

        // Records in and out.
        room("Streams", ["CZlib"]),
        room("KafkaLog", ["Streams", "CRdKafka"]),

        // The shell.
        room("Telemetry", [logging, metrics]),
        room("RemoteEmbedding", ["Embedding", "Kernels", "Telemetry", asyncHTTPClient, nio, nioHTTP1, nioPosix]),
        room(
            "Pipeline",
            [
                "Streams", "Embedding", "Templates", "Clustering", "BatchClustering", "Kernels", "Telemetry", deque,
                heap, logging,
            ]
        ),
        room("Settings", [yams]),
        room("StatusClient", ["Telemetry", asyncHTTPClient, nio, nioHTTP1, nioPosix]),
        room("StatusServer", ["Telemetry", hummingbird, nio, httpTypes, lifecycle, logging]),
        room(
            "Service",
            [
                "Settings", "StatusServer", "StatusClient", "Pipeline", "KafkaLog", "Streams", "Embedding",
                "Clustering", "BatchClustering", "Projection", "Charts", "Templates", "Kernels", "RemoteEmbedding",
                "Telemetry", lifecycle, unixSignals, logging,
            ]
        ),
        .executableTarget(
            name: "centroidd",
            dependencies: [
                "Service", "Settings", "Telemetry", "Streams", "Clustering", "Embedding", "Kernels", "Pipeline",
                argumentParser, logging,
            ],
            swiftSettings: strict
        ),

        .target(
            name: "TestSupport",
            dependencies: ["Streams", "Clustering", "Kernels", "Telemetry", nio, nioPosix, nioHTTP1],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        tests("KernelsTests", ["Kernels", "CKernels"]),
        // Counts what the tests' threads allocate.
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        tests("EmbeddingTests", ["Embedding", "Kernels", "CAllocations"]),
        tests("BatchClusteringTests", ["BatchClustering", "Kernels"]),
        tests("ProjectionTests", ["Projection", "Kernels"]),
        tests("ChartsTests", ["Charts"]),
        tests("TemplatesTests", ["Templates"]),
        tests("ClusteringTests", ["Clustering", "BatchClustering", "Projection", "Templates", "Kernels"]),
        tests("StreamsTests", ["Streams"]),
        tests("KafkaLogTests", ["KafkaLog", "Streams"]),
        tests("TelemetryTests", ["Telemetry", logging, metrics]),
        tests("SettingsTests", ["Settings"]),
        tests(
            "RemoteEmbeddingTests",
            [
                "RemoteEmbedding", "Embedding", "Kernels", "Pipeline", "Streams", "Clustering", "Telemetry", logging,
            ]
        ),
        tests(
            "StatusServerTests",
            [
                "StatusServer", "StatusClient", "Telemetry", hummingbird, hummingbirdTesting, nio, httpTypes, lifecycle,
                logging,
            ]
        ),
        tests(
            "PipelineTests",
            ["Pipeline", "Streams", "Templates", "Clustering", "Embedding", "Kernels", "Telemetry", logging]
        ),
        tests(
            "IntegrationTests",
            [
                "Service", "Settings", "Pipeline", "KafkaLog", "Streams", "Clustering", "Embedding", "Kernels",
                asyncHTTPClient, nio, nioHTTP1,
            ]
        ),
        tests("SoundnessTests", []),
    ],
    swiftLanguageModes: [.v6]
)
