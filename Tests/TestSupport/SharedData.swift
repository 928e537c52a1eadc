public import Foundation

/// Public data sets that tests read in place. They are not part of the project: a test that needs them is skipped
/// with a message where they are absent.
public enum SharedData {
    /// The root of the checkout.
    public static let packageRoot: URL = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The folder named by `CENTROIDD_DATA`, or `../shared/data` beside the checkout.
    public static let root: URL = {
        if let path = ProcessInfo.processInfo.environment["CENTROIDD_DATA"] { return URL(filePath: path) }
        return packageRoot.appending(path: "../shared/data").standardizedFileURL
    }()

    /// Whether the data is there.
    public static let isPresent = FileManager.default.fileExists(atPath: root.path)

    /// The all-MiniLM-L6-v2 folder that `make model` fetches, or nil.
    public static let miniLM: URL? = {
        let folder = packageRoot.appending(path: "models/all-MiniLM-L6-v2")
        return FileManager.default.fileExists(atPath: folder.appending(path: "model.safetensors").path) ? folder : nil
    }()

    /// A file of `Tests/Fixtures`.
    public static func fixture(_ name: String) -> URL {
        packageRoot.appending(path: "Tests/Fixtures").appending(path: name)
    }

    /// The text of a public file, unpacked where its name ends in `.gz`.
    public static func text(_ path: String) throws -> String {
        let file = root.appending(path: path)
        guard path.hasSuffix(".gz") else { return try String(contentsOf: file, encoding: .utf8) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
