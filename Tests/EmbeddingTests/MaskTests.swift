import Kernels
import Synchronization
import Testing

@testable import Embedding

@Suite("Masked texts")
struct MaskTests {
    @Test(
        "lose what changes from line to line, and nothing else",
        arguments: [
            ("took 15 ms", "took 0 ms"), ("", ""), ("no digit here", "no digit here"),
            ("node12 is up", "node0 is up"), ("a1b is x9y8", "a0b is x0y0"),
            // Dates, times, addresses and unique ids are one thing each.
            ("2024-01-02 03:04:05,678 INFO", "0 0 INFO"), ("from 10.0.0.1:8080", "from 0"),
            ("id 550e8400-e29b-41d4-a716-446655440000 gone", "id 0 gone"), ("+49/151,22", "+0"),
            // Hexadecimal, by its prefix, its digits, or its length; not any word of the letters a to f.
            ("at 0x7FFFa at 0xg, 1920x1080", "at 0 at 0xg, 0"), ("commit deadbeef, blk_ab12", "commit 0, blk_0"),
            ("a facade of beef", "a facade of beef"), ("cafe-1 1-cafe", "cafe-0 0"),
            // What stands at the end or twice joins nothing.
            ("1.", "0."), ("1..2 -3", "0..0 -0"), ("(1) [2]", "(0) [0]"),
            // Letters of other scripts make a word with the digits beside them.
            ("größe3 12€", "größe0 0€"), ("日本2024", "日本0"),
        ]
    )
    func examples(text: String, masked: String) {
        #expect(TextMask.mask(text) == masked)
    }

    @Test("stay as they are when masked again, are no longer than before, and hold no digit but 0")
    func properties() {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array("0123456789abcfgxXZ-.:,/_+ (é日٣")
        for _ in 0..<20_000 {
            let length = Int.random(in: 0..<24, using: &generator)
            let text = String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] })
            let masked = TextMask.mask(text)
            #expect(TextMask.mask(masked) == masked, "\(text)")
            #expect(masked.utf8.count <= text.utf8.count, "\(text)")
            #expect(!masked.utf8.contains { (0x31...0x39).contains($0) }, "\(text)")
            // Everything that is neither a digit nor hexadecimal or a joint is kept, in order.
            let kept: (Character) -> Bool = { "gXZ (é日٣".contains($0) && $0 != "X" }
            #expect(masked.filter(kept) == text.filter(kept), "\(text)")
        }
    }

    @Test("share the vector of their mask, and are one text to the cache")
    func space() {
        let counting = CacheTests.Counting()
        let space = CachedTextSpace(counting, bytes: 1 << 20, masks: true)
        let lines = (0..<50).map { SpaceInput.text("request \($0) took \($0 * 7) ms") } + [.text("started")]
        let result = space.makeLane().embed(lines)
        let expected = counting.base.makeLane().embed([.text("request 0 took 0 ms"), .text("started")])
        for row in 0..<50 { #expect(Array(result[row: row]) == Array(expected[row: 0])) }
        #expect(Array(result[row: 50]) == Array(expected[row: 1]))
        #expect(counting.counter.texts.load(ordering: .relaxed) == 2)
        #expect(space.statistics.entries == 2)
    }

    @Test("make another space, so that a model learnt without the mask is not gone on with")
    func identity() {
        let base = CacheTests.Counting()
        let plain = CachedTextSpace(base, bytes: 0)
        let masked = CachedTextSpace(base, bytes: 0, masks: true)
        #expect(plain.identity == base.identity && masked.identity != base.identity)
        let vectors = masked.makeLane().embed([.text("job 1"), .text("job 2")])
        #expect(Array(vectors[row: 0]) == Array(vectors[row: 1]))
    }
}
