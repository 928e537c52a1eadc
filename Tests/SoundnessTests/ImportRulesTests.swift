import Foundation
import TestSupport
import Testing

/// The layering is a test: which of our rooms, and which outside modules, each room may import.
@Suite("Who may know whom")
struct ImportRulesTests {
    /// Our own rooms below each room.
    static let rooms: [String: Set<String>] = [
        "Kernels": ["CKernels", "COneDNN"],
        "Embedding": ["Kernels"],
        "BatchClustering": ["Kernels"],
        "Projection": ["Kernels"],
        "Charts": [],
        "Templates": [],
        "Clustering": ["BatchClustering", "Projection", "Templates", "Kernels"],
        "Streams": ["CZlib"],
        "KafkaLog": ["Streams", "CRdKafka"],
        "Telemetry": [],
        "Settings": [],
        "RemoteEmbedding": ["Embedding", "Kernels", "Telemetry"],
        "Pipeline": ["Streams", "Embedding", "Templates", "Clustering", "BatchClustering", "Kernels", "Telemetry"],
        "StatusServer": ["Telemetry"],
        "StatusClient": ["Telemetry"],
        "Service": [
            "Settings", "StatusServer", "StatusClient", "Pipeline", "KafkaLog", "Streams", "Embedding", "Clustering",
            "BatchClustering", "Projection", "Charts", "Templates", "Kernels", "RemoteEmbedding", "Telemetry",
        ],
        "centroidd": [
            "Service", "Settings", "Telemetry", "Streams", "Clustering", "Embedding", "Kernels", "Pipeline",
        ],
    ]

    /// Outside modules that only some rooms may import.
    static let outside: [String: Set<String>] = [
        "Hummingbird": ["StatusServer"], "HTTPTypes": ["StatusServer"],
        "NIOCore": ["StatusServer", "RemoteEmbedding", "StatusClient"],
        "NIOPosix": ["RemoteEmbedding", "StatusClient"], "NIOHTTP1": ["RemoteEmbedding", "StatusClient"],
        "AsyncHTTPClient": ["RemoteEmbedding", "StatusClient"],
        "Yams": ["Settings"], "ArgumentParser": ["centroidd"], "ServiceLifecycle": ["StatusServer", "Service"],
        "UnixSignals": ["Service"], "Logging": ["Telemetry", "Pipeline", "StatusServer", "Service", "centroidd"],
        "Dispatch": ["RemoteEmbedding", "KafkaLog", "Pipeline", "Service", "StatusServer", "Telemetry"],
    ]

    /// The functional core: no clock, no thread.
    static let core: Set<String> = [
        "Kernels", "Embedding", "BatchClustering", "Projection", "Charts", "Templates", "Clustering",
    ]

    private static func sources(of room: String) throws -> [(name: String, text: String)] {
        let folder = SharedData.packageRoot.appending(path: "Sources/\(room)")
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        return try (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
            .map { ($0.lastPathComponent, try String(contentsOf: $0, encoding: .utf8)) }
    }

    private static func imports(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword <= 2, words.count > keyword + 1,
                words[..<keyword].allSatisfy({ $0 == "public" || $0.hasPrefix("@") || $0 == "internal" })
            else { return nil }
            return words.last.map { String($0.split(separator: ".")[0]) }
        }
    }

    @Test(arguments: Self.rooms.keys.sorted())
    func roomImportsOnlyWhatIsBelowIt(room: String) throws {
        let sources = try Self.sources(of: room)
        #expect(!sources.isEmpty)
        let ours = Set(Self.rooms.keys).union(["CKernels", "COneDNN", "CRdKafka", "CZlib"])
        for (name, text) in sources {
            for module in Self.imports(text) {
                if ours.contains(module) {
                    #expect(Self.rooms[room]?.contains(module) == true, "\(room)/\(name) imports \(module)")
                }
                if let allowed = Self.outside[module] {
                    #expect(allowed.contains(room), "\(room)/\(name) imports \(module)")
                }
            }
        }
    }

    @Test(arguments: Self.core.sorted())
    func coreTakesTimeAndThreadsFromNobody(room: String) throws {
        let forbidden = [
            "Date()", "Date.now", "ContinuousClock", "SystemRandomNumberGenerator", "Thread(", "DispatchQueue",
            ".random(in:",
        ]
        for (name, text) in try Self.sources(of: room) {
            let code = text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }.joined(
                separator: "\n"
            )
            for word in forbidden {
                if word == ".random(in:", code.contains("using: &") { continue }
                #expect(!code.contains(word), "\(room)/\(name) uses \(word)")
            }
        }
    }

    @Test func everyUncheckedSendableCarriesItsProof() throws {
        for room in Self.rooms.keys {
            for (name, text) in try Self.sources(of: room) {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
                for (index, line) in lines.enumerated()
                where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                    let around = lines[max(0, index - 3)..<min(lines.count, index + 20)]
                    let comments = around.filter { $0.drop { $0 == " " }.hasPrefix("// ") }.joined().lowercased()
                    #expect(
                        ["sendable", "thread", "sound", "safe"].contains { comments.contains($0) },
                        "\(room)/\(name):\(index + 1) has no proof beside it"
                    )
                }
            }
        }
    }

    @Test func metricsAreNamedInOnePlace() throws {
        for room in Self.rooms.keys where room != "Telemetry" {
            for (name, text) in try Self.sources(of: room) {
                #expect(!text.contains("\"centroidd_"), "\(room)/\(name) spells a metric's name")
            }
        }
    }

    @Test func everyRoomOfThePackageHasARule() throws {
        let folders = try FileManager.default.contentsOfDirectory(
            atPath: SharedData.packageRoot.appending(path: "Sources").path
        )
        let known = Set(Self.rooms.keys).union(["CKernels", "COneDNN", "CRdKafka", "CZlib"])
        #expect(Set(folders) == known)
    }
}
