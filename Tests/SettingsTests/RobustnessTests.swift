import Foundation
import Testing

@testable import Settings

/// Whatever a file holds, reading it gives settings or an error with a place, never a trap.
@Suite struct RobustnessTests {
    /// A small generator with a seed (splitmix64), so that a failure can be replayed.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private func check(_ text: String) {
        do throws(SettingsError) {
            _ = try Settings.parse(text, file: "c.yaml", for: .daemon)
        } catch {
            #expect(!error.issues.isEmpty)
            #expect(error.issues.allSatisfy { $0.place.description.hasPrefix("c.yaml") && !$0.found.isEmpty })
        }
    }

    @Test(arguments: 0..<8) func mutatedManuals(seed: UInt64) {
        var generator = Seeded(state: seed)
        let sample = Settings.manual().replacing("#", with: "")
        let original = Array(Settings.manual().replacing("  #", with: "  ").utf8)
        let pieces = Array(":,[]{}\"'&*!|>%@`-#\n\t 0~.\u{0}é".utf8)
        for _ in 0..<60 {
            var bytes = seed % 2 == 0 ? original : Array(sample.utf8)
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[index] = pieces.randomElement(using: &generator) ?? 0x20
                case 1: bytes.remove(at: index)
                default: bytes.insert(pieces.randomElement(using: &generator) ?? 0x20, at: index)
                }
            }
            check(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test(arguments: [
        "[", "{", "[[", "{a: ", "- ", "a:\n ", "? ", "&a [*a, ", "!!int ", "\"", "'", "|", "%YAML 9.9\n---\n",
    ])
    func deepAndBrokenNesting(piece: String) {
        check(String(repeating: piece, count: 20_000))
    }

    @Test func aliasesThatMultiplyAreRefused() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1..<30 {
            let references = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(references)]\n"
        }
        check(text)
    }

    @Test func namesWithoutEndAreRefused() {
        check("application: " + String(repeating: "a", count: 3_000_000))
    }
}
