import Testing

@testable import Templates

@Suite("The table of shapes")
struct ShapeTableTests {
    @Test("finds what was put in and not taken out, as a dictionary does", arguments: [1, 2, 3])
    func agreesWithADictionary(seed: UInt64) {
        var table = ShapeTable()
        var expected: [UInt64: Int] = [:]
        var state = seed
        for step in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            // Few places and few keys, so that they collide; some are far apart.
            let key = (state >> 40) % 300 &* (step.isMultiple(of: 2) ? 1 : 1 << 32)
            if (state >> 33) % 3 == 0 {
                table.remove(key)
                expected[key] = nil
            } else {
                table.insert(key, step)
                expected[key] = step
            }
            #expect(table.count == expected.count)
            if step.isMultiple(of: 97) {
                for key in 0..<300 {
                    for key in [UInt64(key), UInt64(key) << 32] { #expect(table.find(key) == expected[key]) }
                }
            }
        }
    }
}
