// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that what measures never becomes a dependency of what is measured.
let package = Package(
    name: "centroidd-benchmarks",
    dependencies: [
        .package(name: "centroidd", path: ".."),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "centroidd-bench",
            dependencies: [
                .product(name: "CentroiddRooms", package: "centroidd"),
                .product(name: "Logging", package: "swift-log"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
