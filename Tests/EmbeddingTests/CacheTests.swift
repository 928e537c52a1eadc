import Kernels
import Synchronization
import Testing

@testable import Embedding

@Suite("Texts that are seen again")
struct CacheTests {
    /// Counts the texts that reach it.
    struct Counting: TokenizingSpace {
        final class Counter: Sendable {
            let texts = Atomic<Int>(0)
        }
        let counter = Counter()
        let base = HashedTextSpace(dimension: 32)
        var dimension: Int { base.dimension }
        var metric: Metric { base.metric }
        var identity: String { base.identity }
        func input(from value: FieldValue) throws(InputRejection) -> SpaceInput { try base.input(from: value) }
        func tokenIDs(of text: String) -> [Int32] { [] }
        func makeLane() -> any EmbeddingLane { Lane(base: base.makeLane(), counter: counter) }

        final class Lane: EmbeddingLane {
            let base: any EmbeddingLane
            let counter: Counter
            init(base: any EmbeddingLane, counter: Counter) {
                self.base = base
                self.counter = counter
            }
            func embed(_ inputs: [SpaceInput]) -> Matrix {
                counter.texts.add(inputs.count, ordering: .relaxed)
                return base.embed(inputs)
            }
        }
    }

    @Test("are embedded once within a batch, and later not at all", arguments: [0, 1 << 20])
    func once(bytes: Int) {
        let counting = Counting()
        let space = CachedTextSpace(counting, bytes: bytes)
        let lane = space.makeLane()
        let inputs = ["a b", "c d", "a b", "e", "c d", "a b"].map { SpaceInput.text($0) }
        #expect(lane.embed(inputs) == counting.base.makeLane().embed(inputs))
        #expect(counting.counter.texts.load(ordering: .relaxed) == 3)
        // Another lane finds what the first one left.
        #expect(space.makeLane().embed(inputs) == counting.base.makeLane().embed(inputs))
        #expect(counting.counter.texts.load(ordering: .relaxed) == (bytes > 0 ? 3 : 6))
        #expect(space.statistics.entries == (bytes > 0 ? 3 : 0))
        #expect(space.identity == counting.identity && space.dimension == 32)
    }

    @Test("have one row for each of them, and the same vectors as alone", arguments: [false, true])
    func repeated(masks: Bool) throws {
        let space = CachedTextSpace(Counting(), bytes: 1 << 20, masks: masks)
        var inputs = (0..<200).map { SpaceInput.text("job \($0 % 9) of \($0 * $0 % 7)") }
        inputs.insert(.vector(Array(repeating: 0.5, count: 32)), at: 50)
        inputs.insert(inputs[50], at: 70)
        let expected = try space.makeLane().embedEach(inputs).vectors
        // Nothing is known yet, and then all.
        let fresh = CachedTextSpace(Counting(), bytes: 1 << 20, masks: masks)
        for _ in 0..<2 {
            let found = try fresh.makeLane().embedRepeated(inputs)
            let texts = Set(
                inputs.compactMap { input in
                    if case .text(let text) = input { masks ? TextMask.mask(text) : text } else { nil }
                }
            )
            #expect(found.distinct.vectors.rows == texts.count + 2)
            #expect(found.places?.count == inputs.count)
            #expect(found.each.vectors == expected)
        }
    }

    @Test("are told apart by their bytes, however accents are composed")
    func bytes() {
        let counting = Counting()
        let space = CachedTextSpace(counting, bytes: 1 << 20)
        let inputs = ["caf\u{E9}", "cafe\u{301}"].map { SpaceInput.text($0) }
        _ = space.makeLane().embed(inputs)
        #expect(counting.counter.texts.load(ordering: .relaxed) == 2)
    }

    @Test("pass vectors through as they are")
    func vectors() {
        let space = CachedTextSpace(Counting(), bytes: 1 << 20)
        let vector = (0..<32).map { Float($0) }
        let result = space.makeLane().embed([.text("a"), .vector(vector), .vector(vector)])
        #expect(Array(result[row: 1]) == vector && Array(result[row: 2]) == vector)
        #expect(space.statistics.lookups == 1)
    }

    @Test("stay within the bytes allowed, and those in use outlive those seen once")
    func bound() {
        let bytes = 200_000
        let cache = VectorCache(bytes: bytes, dimension: 8)
        var vector = [Float](repeating: 0, count: 8)
        func hold(_ text: String, _ value: Float) {
            cache.insert(text, TextHash(text), [Float](repeating: value, count: 8))
        }
        func find(_ text: String) -> Float? {
            cache.find(text, TextHash(text), into: &vector) ? vector[7] : nil
        }
        for number in 0..<20 { hold("favourite \(number)", Float(number)) }
        for number in 0..<20_000 {
            hold("once \(number)", -1)
            if number % 50 == 0 { for favourite in 0..<20 { _ = find("favourite \(favourite)") } }
            if number % 1000 == 0 { #expect(cache.statistics.bytes <= bytes) }
        }
        for number in 0..<20 { #expect(find("favourite \(number)") == Float(number)) }
        #expect(find("once 0") == nil)
        #expect(cache.statistics.entries > 500)
        hold(String(repeating: "x", count: bytes), 1)
        #expect(find(String(repeating: "x", count: bytes)) == nil)
    }

    @Test("can be looked up from many threads at once")
    func concurrency() async {
        let counting = Counting()
        let space = CachedTextSpace(counting, bytes: 50_000)
        let expected = counting.base.makeLane().embed((0..<500).map { .text("text \($0)") })
        await withTaskGroup(of: Bool.self) { group in
            for task in 0..<4 {
                group.addTask {
                    let lane = space.makeLane()
                    return (0..<2000).allSatisfy { step in
                        let number = (step * (task + 1)) % 500
                        return lane.embed([.text("text \(number)")]).storage == Array(expected[row: number])
                    }
                }
            }
            for await same in group { #expect(same) }
        }
        #expect(space.statistics.lookups == 8000)
    }
}
