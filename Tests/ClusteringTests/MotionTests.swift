import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("A stream that moves as a whole")
struct MotionTests {
    /// Four upright strips side by side, each twenty times as high as wide, that go to the right together, or stay, and turn
    /// round after `turn` records.
    private func strips(_ count: Int, speed: Double, turn: Int = .max, seed: UInt64) -> (vectors: Matrix, truth: [Int])
    {
        var generator = SeededGenerator(seed: seed)
        var storage: [Float] = []
        var truth: [Int] = []
        for row in 0..<count {
            let way = Double(row % (2 * min(turn, count)))
            let place = speed * (way < Double(turn) ? way : Double(2 * turn) - way)
            let group = Int(generator.next() % 4)
            storage.append(Float(place + 0.075 * Double(group) + 0.05 * generator.nextUniform()))
            storage.append(Float(generator.nextUniform()))
            truth.append(group)
        }
        return (Matrix(columns: 2, storage: storage), truth)
    }

    private func learner(_ vectors: Matrix, sample: Int = 20_000) -> Learner {
        var options = ClusteringOptions()
        options.step = 20
        options.sampleCapacity = sample
        return Learner(model: Model(space: "test", dimension: vectors.columns, metric: .euclidean), options: options)
    }

    @Test(
        "Groups that cross their own width within a few hundred records are carried along, turns and all, and keep their ids"
    )
    func carried() throws {
        let (vectors, truth) = strips(6000, speed: 0.00025, turn: 2000, seed: 1)
        var learner = learner(vectors)
        let out = try learner.process(vectors: vectors, observations: []).assignments.map { $0.cluster ?? 0 }
        let judged = 1000..<6000
        #expect(Quality.adjustedRandIndex(Array(truth[judged]), Array(out[judged])) > 0.85)
        #expect(learner.model.motion?.isFollowed == true)
        #expect(learner.model.clusters.count == 4)
        #expect(Set(out[judged]).count <= 8)
    }

    @Test("They are carried along as well where the sample takes one record in ten")
    func thin() throws {
        let (vectors, truth) = strips(8000, speed: 0.00025, turn: 2000, seed: 1)
        var learner = learner(vectors, sample: 800)
        let out = try learner.process(vectors: vectors, observations: []).assignments.map { $0.cluster ?? 0 }
        let judged = 4000..<8000
        #expect(Quality.adjustedRandIndex(Array(truth[judged]), Array(out[judged])) > 0.85)
        #expect(learner.model.motion?.passing?.count ?? 0 > 100)
    }

    @Test("The same groups standing still are not taken for a motion, whatever their shape", arguments: 1...3)
    func still(seed: Int) throws {
        let (vectors, _) = strips(6000, speed: 0, seed: UInt64(seed))
        var learner = learner(vectors)
        for start in stride(from: 0, to: 6000, by: 20) {
            _ = try learner.process(vectors: vectors.slice(start..<start + 20), observations: [])
            #expect(learner.model.motion?.isFollowed != true)
        }
    }

    @Test("When the motion ends the watch ends, and no cluster is made anew with each step any more")
    func end() throws {
        let moving = strips(2000, speed: 0.00025, seed: 4).vectors
        let standing = strips(3000, speed: 0, seed: 5).vectors
        let stop = Float(0.00025 * 2000)
        var learner = learner(moving)
        _ = try learner.process(vectors: moving, observations: [])
        #expect(learner.model.motion?.isFollowed == true)
        let rest = Matrix(columns: 2, storage: standing.storage.enumerated().map { $1 + ($0 % 2 == 0 ? stop : 0) })
        _ = try learner.process(vectors: rest, observations: [])
        #expect(learner.model.motion?.isFollowed != true)
    }

    @Test("A mixture finds how many groups there are, where each is and how fast they go")
    func mixture() throws {
        let (vectors, truth) = strips(128, speed: 0.001, seed: 6)
        let times = (0..<128).map { Double($0 - 128) }
        let found = try #require(MovingMixture.best(vectors, times: times, counts: 1...8, moves: true))
        #expect(found.count == 4)
        #expect(abs(found.velocity[0] - 0.001) < 0.0001 && abs(found.velocity[1]) < 0.003)
        #expect(Quality.adjustedRandIndex(truth, found.labels) == 1)
        let places = (0..<4).map { found.mean(of: $0, at: 0)[0] }.sorted()
        for (group, place) in places.enumerated() {
            #expect(abs(place - (0.128 + 0.075 * Double(group) + 0.025)) < 0.01)
        }
        let still = try #require(MovingMixture.best(vectors, times: times, counts: 1...8, moves: false))
        #expect(still.velocity == [0, 0])
        #expect(still.criterion < found.criterion)
    }

    @Test("Prototypes in one pattern tell groups apart that a mean each would not")
    func placement() {
        let (vectors, truth) = strips(128, speed: 0, seed: 7)
        let means = (0..<4).map { [Float(0.075 * Double($0) + 0.025), 0.5] }
        let placement = MovingPlacement(vectors: vectors, labels: truth, means: means, maximum: 2048)
        let fresh = strips(1000, speed: 0, seed: 8)
        let pairs = NearestTwo.search(queries: fresh.vectors, centroids: placement.prototypes, metric: .euclidean)
        let wrong = zip(pairs, fresh.truth).count { Int($0.first) / placement.share != $1 }
        #expect(wrong < 40)
        let alone = MovingPlacement(vectors: vectors, labels: truth, means: means, maximum: 4)
        #expect(alone.share == 1)
    }

    @Test("It takes several steps to be sure of a motion, and several to give it up")
    func evidence() {
        var motion = Motion()
        motion.note(100)
        #expect(!motion.isFollowed)
        motion.note(100)
        #expect(motion.isFollowed)
        motion.note(-100)
        #expect(!motion.isOver)
        for _ in 0..<4 { motion.note(-100) }
        #expect(motion.isOver)
    }

    @Test("Another number of groups is believed after a whole window of records")
    func count() {
        var motion = Motion()
        #expect(motion.settledCount(4, at: 100) == 4)
        #expect(motion.settledCount(8, at: 200) == 4)
        #expect(motion.settledCount(4, at: 220) == 4)
        #expect(motion.settledCount(8, at: 240) == 4)
        #expect(motion.settledCount(8, at: 240 + UInt64(Motion.window)) == 8)
    }

    @Test("A stored model goes on with the motion as if nothing had happened", arguments: [20_000, 300])
    func stored(sample: Int) throws {
        let (vectors, _) = strips(3000, speed: 0.00025, seed: 9)
        var learner = learner(vectors, sample: sample)
        _ = try learner.process(vectors: vectors.slice(0..<1500), observations: [])
        let entries = try ModelCodec.entries(of: learner.model, sourceOffsets: [:])
        let values = Dictionary(
            uniqueKeysWithValues: entries.compactMap { entry in entry.value.map { (entry.key, $0) } }
        )
        let restored = try ModelCodec.decode(values).model
        #expect(restored.motion != nil)
        var other = Learner(model: restored, options: learner.options)
        let rest = vectors.slice(1500..<3000)
        let expected = try learner.process(vectors: rest, observations: [])
        let found = try other.process(vectors: rest, observations: [])
        #expect(found.assignments == expected.assignments && found.lineage == expected.lineage)
    }

    @Test("Where drift is not to be followed, nothing is")
    func switchedOff() throws {
        let (vectors, _) = strips(3000, speed: 0.00025, seed: 10)
        var learner = learner(vectors)
        var options = learner.options
        options.followsDrift = false
        learner = Learner(model: learner.model, options: options)
        _ = try learner.process(vectors: vectors, observations: [])
        #expect(learner.model.motion == nil)
    }
}
