import Foundation
import Synchronization

/// The real binary as a child process.
final class DaemonProcess: Sendable {
    /// What a finished process left.
    struct Result: Sendable {
        var code: Int32
        var output: Data
        var errors: String
    }

    /// `centroidd` beside the test bundle, or what `CENTROIDD_BINARY` names.
    static let binary: URL = {
        if let path = ProcessInfo.processInfo.environment["CENTROIDD_BINARY"] { return URL(filePath: path) }
        return URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath().deletingLastPathComponent()
            .appending(path: "centroidd")
    }()

    private let process = Process()
    private let errorFile: URL

    /// Starts it; standard error goes to a file.
    init(_ arguments: [String], environment: [String: String] = [:], scratch: URL) throws {
        errorFile = scratch.appending(path: "stderr-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: errorFile.path, contents: nil)
        process.executableURL = Self.binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: errorFile)
        try process.run()
    }

    var isRunning: Bool { process.isRunning }
    var errors: String { (try? String(contentsOf: errorFile, encoding: .utf8)) ?? "" }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits for the end; nil when it does not come in time.
    func code(within seconds: Double) async throws -> Int32? {
        let deadline = Date(timeIntervalSinceNow: seconds)
        while process.isRunning {
            if Date() > deadline { return nil }
            try await Task.sleep(for: .milliseconds(20))
        }
        return process.terminationStatus
    }

    /// Runs a command with input to its end; `device` and `errorDevice` take what it says
    /// in place of files.
    static func run(
        _ arguments: [String],
        input: Data = Data(),
        environment: [String: String] = [:],
        device: String? = nil,
        errorDevice: String? = nil
    ) throws -> Result {
        let scratch = try Scratch()
        let inputFile = scratch.folder.appending(path: "in")
        let outputFile = scratch.folder.appending(path: "out")
        let errorFile = scratch.folder.appending(path: "err")
        try input.write(to: inputFile)
        for file in [outputFile, errorFile] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
        let process = Process()
        process.executableURL = binary
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = try FileHandle(forWritingTo: device.map { URL(filePath: $0) } ?? outputFile)
        process.standardError = try FileHandle(forWritingTo: errorDevice.map { URL(filePath: $0) } ?? errorFile)
        try process.run()
        process.waitUntilExit()
        return Result(
            code: process.terminationStatus,
            output: try Data(contentsOf: outputFile),
            errors: try String(contentsOf: errorFile, encoding: .utf8)
        )
    }
}

/// A folder that goes with its owner.
final class Scratch: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "centroidd-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
