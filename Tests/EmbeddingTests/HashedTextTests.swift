import Embedding
import Kernels
import Testing

@Suite("Hashed text")
struct HashedTextTests {
    static func vectors(_ texts: [String], dimension: Int = HashedTextSpace.defaultDimension) -> Matrix {
        HashedTextSpace(dimension: dimension).makeLane().embed(texts.map { .text($0) })
    }

    static func cosine(_ a: String, _ b: String) -> Float {
        let matrix = vectors([a, b])
        return VectorMath.dot(Array(matrix[row: 0]), Array(matrix[row: 1]))
    }

    @Test(
        "is of unit length, whatever the text",
        arguments: [
            "a", "disk full", "!!!", " ", "the of and", "日本語のテキスト", "émigré 😀", "0x7fff5fbff8c0",
            String(repeating: "many words of one very long line ", count: 2000), "\u{0}\u{1}",
        ]
    )
    func unitLength(text: String) {
        for dimension in [16, 255, 256] {
            let vector = Self.vectors([text], dimension: dimension)
            #expect(vector.columns == dimension)
            #expect(abs(VectorMath.norm(vector.storage) - 1) < 1e-5)
        }
    }

    @Test(
        "sees lines of one log template as one",
        arguments: [
            ("Received block blk_38865049064139660 of size 67108864", "Received block blk_-62828 of size 9110"),
            ("session opened for user 0xDEADBEEF", "session opened for user 0x12af"),
            ("request req-38101a0b-2096 took 13 ms", "request req-1f9e8a77-9006 took 4481 ms"),
            ("R02-M1-N0 PARITY error", "r7-m15-n3 parity ERROR"),
        ]
    )
    func templates(first: String, second: String) {
        #expect(Self.cosine(first, second) > 0.999)
    }

    @Test("puts like wording nearer than unlike wording")
    func similarity() {
        let query = "connection to the database timed out"
        let near = Self.cosine(query, "database connections are timing out")
        let far = Self.cosine(query, "user logged in with a new password")
        #expect(near > 0.3)
        #expect(far < 0.15)
        #expect(Self.cosine("how to sort an array in java", "how to query a table in oracle") < 0.3)
    }

    @Test("folds case, outside ASCII as well")
    func caseFolding() {
        #expect(Self.cosine("ÜBERTRAGUNG fehlgeschlagen", "übertragung FEHLGESCHLAGEN") > 0.999)
        #expect(Self.cosine("ПРИВЕТ мир", "привет МИР") > 0.999)
    }

    @Test("does not depend on the batch or on what a lane did before")
    func stateless() {
        let texts = (0..<50).map { "line number \($0) says \(String(repeating: "word\($0 % 7) ", count: $0 * 40))" }
        let together = Self.vectors(texts)
        for (row, text) in texts.enumerated() {
            #expect(Self.vectors([text]).storage == Array(together[row: row]))
        }
    }

    @Test("counts repeated words less than in proportion")
    func subLinear() {
        let once = Self.cosine("alpha beta", "alpha")
        let often = Self.cosine("alpha alpha alpha alpha alpha alpha alpha alpha beta", "alpha")
        #expect(often > once)
        #expect(often < 0.97)
    }
}
