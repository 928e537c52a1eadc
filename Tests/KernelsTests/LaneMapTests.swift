import Kernels
import Testing

@Suite("Results of parts that run side by side")
struct LaneMapTests {
    @Test("are in the order of the parts, whichever ends first", arguments: [0, 1, 2, 100])
    func order(count: Int) {
        let backwards = Lanes(count: 2) { parts, body in (0..<parts).reversed().forEach { body($0) } }
        for lanes in [Lanes.serial, backwards] {
            #expect(lanes.map(count) { "part \($0)" } == (0..<count).map { "part \($0)" })
        }
    }
}
