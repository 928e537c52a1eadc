import Embedding
import Foundation
import Kernels
import Testing

@Suite("The vector of a session")
struct SessionSpaceTests {
    private func vector(_ options: SessionSpace.Options, _ sequence: [Int], metric: Metric = .euclidean) -> [Float] {
        var counts: [Int: Int] = [:]
        for event in sequence { counts[event, default: 0] += 1 }
        return SessionSpace(options, metric: metric).vector(of: .init(counts: counts, sequence: sequence))
    }

    @Test("has the logarithm of each event's count at the event's place")
    func counts() {
        var options = SessionSpace.Options()
        options.dimension = 8
        let vector = vector(options, [1, 2, 2, 3, 11])
        let once = Float(log(2.0))
        #expect(vector == [0, once, Float(log(3.0)), once + once, 0, 0, 0, 0], "11 and 3 share a place of eight")
        #expect(self.vector(options, [2, 11, 1, 2, 3]) == vector, "the order does not matter unless asked")
    }

    @Test("has unit length under the cosine")
    func cosine() {
        let vector = vector(.init(), [1, 2, 2, 5], metric: .cosine)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-6)
    }

    /// Expected values: scikit-learn 1.9.1, `TfidfTransformer(norm=None, smooth_idf=True).fit(...).idf_` of three
    /// documents of which 1, 2, 3 and none had the terms: 1.69314718, 1.28768207, 1, 2.38629436.
    @Test("weighs rare events as scikit-learn does")
    func rarity() {
        var options = SessionSpace.Options()
        options.dimension = 8
        options.weighsByRarity = true
        let space = SessionSpace(options)
        let vector = space.vector(of: .init(counts: [1: 1, 2: 1, 3: 1, 4: 1], sequence: [])) { event in
            (having: event == 4 ? 0 : event, all: 3)
        }
        for (place, weight) in [(1, 1.693_147_18), (2, 1.287_682_07), (3, 1.0), (4, 2.386_294_36)] {
            #expect(abs(Double(vector[place]) - weight * log(2)) < 1e-6)
        }
    }

    @Test("tells the order of events where it is asked to")
    func order() {
        var options = SessionSpace.Options()
        options.dimension = 64
        options.ordered = true
        let (forward, backward) = (vector(options, [1, 2, 3, 4]), vector(options, [4, 3, 2, 1]))
        #expect(Array(forward[..<32]) == Array(backward[..<32]))
        #expect(forward != backward)
        #expect(forward[32...].filter { $0 > 0 }.count == 3)
        #expect(SessionSpace(options).identity != SessionSpace().identity)
    }

    @Test("is made of lines alone")
    func input() throws {
        #expect(throws: InputRejection.self) { try SessionSpace().input(from: .numbers([1])) }
        #expect(throws: InputRejection.self) { try SessionSpace().input(from: .text(" \t")) }
        #expect(try SessionSpace().input(from: .text("a line")) == .text("a line"))
    }
}
