import Foundation
import Kernels

/// The Python libraries that others use today, timed on our own data in the same minute.
///
/// `make bench-peers` installs them into `Benchmarks/.venv`; without it our own figures are printed alone.
enum Peers {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let python =
        ProcessInfo.processInfo.environment["CENTROIDD_PEERS_PYTHON"]
        ?? folder.appending(path: ".venv/bin/python").path

    static let arePresent = FileManager.default.isExecutableFile(atPath: python)

    /// Wall seconds of each peer for a task of `Benchmarks/Peers/clustering.py`; empty where there are no peers.
    static func seconds(
        _ task: String,
        data: Matrix,
        centroids: Matrix? = nil,
        options: [String: String] = [:]
    ) -> [(name: String, seconds: Double)] {
        guard arePresent else { return [] }
        let work = FileManager.default.temporaryDirectory.appending(path: "centroidd-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: work) }
        do {
            try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
            var arguments = [folder.appending(path: "Peers/clustering.py").path, task]
            arguments += ["--data", try write(data, to: work.appending(path: "data")), "--columns", "\(data.columns)"]
            if let centroids {
                arguments += ["--centroids", try write(centroids, to: work.appending(path: "centroids"))]
            }
            for (name, value) in options.sorted(by: { $0.key < $1.key }) { arguments += ["--\(name)", value] }
            let answer = try JSONDecoder().decode([String: Double].self, from: run(arguments))
            return answer.sorted { $0.value < $1.value }.map { (name: $0.key, seconds: $0.value) }
        } catch {
            print("(the peers' \(task) failed: \(error))")
            return []
        }
    }

    /// What a script of `Benchmarks/Peers` answers; nil where there are no peers or it failed.
    static func answer(_ script: String, _ arguments: [String]) -> [String: Double]? {
        guard arePresent else { return nil }
        do {
            let data = try run([folder.appending(path: "Peers/\(script)").path] + arguments)
            return try JSONDecoder().decode([String: Double].self, from: data)
        } catch {
            print("(\(script) \(arguments.first ?? "") failed: \(error))")
            return nil
        }
    }

    /// Processor seconds of each miner of templates for these lines; empty where there are no peers.
    static func templates(_ lines: [String]) -> [(name: String, seconds: Double)] {
        guard arePresent else { return [] }
        let file = FileManager.default.temporaryDirectory.appending(path: "centroidd-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        do {
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            let data = try run([folder.appending(path: "Peers/templates.py").path, file.path])
            let answer = try JSONDecoder().decode([String: Double].self, from: data)
            return answer.sorted { $0.value < $1.value }.map { (name: $0.key, seconds: $0.value) }
        } catch {
            print("(the peers' templates failed: \(error))")
            return []
        }
    }

    private static func write(_ matrix: Matrix, to file: URL) throws -> String {
        try matrix.storage.withUnsafeBytes { try Data($0).write(to: file) }
        return file.path
    }

    private static func run(_ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: python)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return data
    }
}
