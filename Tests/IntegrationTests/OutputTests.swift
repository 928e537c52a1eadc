import Foundation
import Testing

@Suite("What cannot be written, or read, is said")
struct OutputTests {
    private func table(_ scratch: Scratch, _ last: String = "") throws -> String {
        let file = scratch.folder.appending(path: "points.csv")
        let rows = (0..<60).map { "\($0 % 3 * 10),\($0 % 7)\n" }.joined()
        try Data(("a,b\n" + rows + last).utf8).write(to: file)
        return file.path
    }

    @Test(
        "A full disk is an error of every command",
        arguments: [
            ["--help"], ["check", "--sample"], ["check", "--schema"], ["cluster"], ["evaluate"], ["embed"], ["pipe"],
        ]
    )
    func aFullDiskIsAnError(command: [String]) throws {
        let scratch = try Scratch()
        let readsTable = command == ["cluster"] || command == ["evaluate"]
        let arguments = readsTable ? command + ["--quiet", "--input", try table(scratch)] : command
        let result = try DaemonProcess.run(arguments, input: Data("a line\n".utf8), device: "/dev/full")
        #expect(result.code == 75)
        #expect(
            result.errors.contains("centroidd: cannot write the output: No space left on device"),
            "\(result.errors)"
        )
    }

    @Test func aFullDiskForWhatIsSaidBesideHarmsNothing() throws {
        let scratch = try Scratch()
        let result = try DaemonProcess.run(["cluster", "--input", try table(scratch)], errorDevice: "/dev/full")
        #expect(result.code == 0)
        #expect(result.output.split(separator: UInt8(ascii: "\n")).count == 60)
    }

    @Test func aPictureThatCannotBeDrawnSaysWhy() throws {
        let scratch = try Scratch()
        let path = scratch.folder.path + "/none/groups.svg"
        let result = try DaemonProcess.run(["cluster", "--quiet", "--input", try table(scratch), "--plot", path])
        #expect(result.code == 64)
        #expect(result.errors == "centroidd: \(path) cannot be written: No such file or directory\n")
    }

    @Test("A row that is no row is bad input", arguments: ["cluster", "evaluate"])
    func aRaggedRowIsBadInput(command: String) throws {
        let scratch = try Scratch()
        let file = try table(scratch, "1,2,3\n")
        let result = try DaemonProcess.run([command, "--quiet", "--input", file])
        #expect(result.code == 65)
        #expect(result.errors.contains("points.csv, line 62: has 3 fields, the header has 2"), "\(result.errors)")
    }

    @Test("A radius is a number greater than 0", arguments: ["0", "-1", "nan", "inf"])
    func aRadiusIsANumber(radius: String) throws {
        let scratch = try Scratch()
        for option in ["--epsilon", "--distance-threshold"] {
            let result = try DaemonProcess.run(["cluster", "--input", try table(scratch), "\(option)=\(radius)"])
            #expect(result.code == 64)
            #expect(result.errors.contains("expected a number greater than 0"), "\(result.errors)")
        }
    }

    @Test func aSnapshotThatCannotBeSavedIsToldBeforeTheRun() throws {
        let path = try Scratch().folder.path + "/none/model"
        let result = try DaemonProcess.run(["pipe", "--snapshot", path], input: Data("a line\n".utf8))
        #expect(result.code == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(path) && result.errors.contains("make the folder"), "\(result.errors)")
    }

    @Test func aSnapshotIsAFile() throws {
        let result = try DaemonProcess.run(["pipe", "--snapshot", "/dev/zero"], input: Data("a line\n".utf8))
        #expect(result.code == 65)
        #expect(result.errors.contains("snapshot /dev/zero is not a file"), "\(result.errors)")
    }
}
