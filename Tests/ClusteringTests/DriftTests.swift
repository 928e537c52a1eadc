import BatchClustering
import Kernels
import TestSupport
import Testing

@testable import Clustering

@Suite("Following a drift")
struct DriftTests {
    /// Three groups that go in a circle, once around in `round` records.
    private func carousel(_ count: Int, round: Double, seed: UInt64) -> (vectors: Matrix, truth: [Int]) {
        var stream = SyntheticStream(clusters: 1, dimension: 2, spread: 0.3, seed: seed)
        let noise = stream.records(count).vectors
        let centre = stream.centres[0]
        // The angle's sine and cosine by small rotations, exactly enough here.
        let step = 6.283_185 / round
        var place = [(3.0, 0.0), (-1.5, 2.598), (-1.5, -2.598)]
        var storage: [Float] = []
        var truth: [Int] = []
        for row in 0..<count {
            place = place.map { x, y in
                let (x, y) = (x - step * y, y + step * x)
                let scale = 3 / (x * x + y * y).squareRoot()
                return (x * scale, y * scale)
            }
            let group = row % 3
            storage.append(Float(place[group].0) + noise.storage[2 * row] - Float(centre[0]))
            storage.append(Float(place[group].1) + noise.storage[2 * row + 1] - Float(centre[1]))
            truth.append(group)
        }
        return (Matrix(columns: 2, storage: storage), truth)
    }

    private func score(_ followsDrift: Bool) throws -> Double {
        let (vectors, truth) = carousel(6000, round: 1500, seed: 3)
        var options = ClusteringOptions()
        options.step = 20
        options.followsDrift = followsDrift
        var learner = Learner(model: Model(space: "test", dimension: 2, metric: .euclidean), options: options)
        let out = try learner.process(vectors: vectors, observations: []).assignments
        let windows = stride(from: 1000, to: 6000, by: 200).map { start in
            let rows = start..<start + 200
            return Quality.adjustedRandIndex(rows.map { truth[$0] }, rows.map { out[$0].cluster ?? 0 })
        }
        return windows.reduce(0, +) / Double(windows.count)
    }

    @Test("Groups that move much faster than the half-life are followed")
    func fastDrift() throws {
        let following = try score(true)
        let staying = try score(false)
        #expect(following > 0.9)
        #expect(following > staying)
    }

    @Test("The inertia is lowered by members that keep lying to one side, and by nothing else")
    func inertia() {
        var still = Pursuit(inertia: 100)
        var moved = Pursuit(inertia: 100)
        for _ in 0..<50 {
            still.note(surprise: 0.11, members: 10, spread: 1)
            moved.note(surprise: 0.9, members: 10, spread: 1)
        }
        #expect(still.inertia == 100)
        #expect(moved.inertia < 20 && moved.inertia >= Pursuit.leastInertia)
        var burst = Pursuit(inertia: 100)
        burst.note(surprise: 0.9, members: 10, spread: 1)
        #expect(burst.inertia > 70)
    }

    @Test("On a stream that stays as it is, the whole sample counts")
    func stationary() throws {
        var stream = SyntheticStream(clusters: 5, dimension: 4, spread: 1, seed: 20)
        var learner = Learner(
            model: Model(space: "test", dimension: 4, metric: .euclidean),
            options: ClusteringOptions()
        )
        for _ in 0..<10 {
            _ = try learner.process(vectors: stream.records(1000).vectors, observations: [])
            #expect(learner.model.memoryBegins == 0)
        }
    }

    @Test("While clusters follow a drift, recent means half of what they remember")
    func horizon() throws {
        let (vectors, _) = carousel(6000, round: 1500, seed: 4)
        var options = ClusteringOptions()
        options.step = 20
        var learner = Learner(model: Model(space: "test", dimension: 2, metric: .euclidean), options: options)
        _ = try learner.process(vectors: vectors, observations: [])
        let model = learner.model
        let since = model.memoryBegins
        #expect(since > 0)
        let records = model.sample.living(at: model.clock, since: since)
        let horizon = model.horizon(of: records, since: since)
        let recent = records.count { model.clock - $0.clock <= horizon }
        #expect(horizon < 0.05 && abs(Double(recent) / Double(records.count) - 0.5) < 0.1)
        #expect(model.horizon(of: records, since: 0) == 1)
        // What is judged is what the candidate was made of.
        let candidate = try recluster(model: model, options: options)
        let verdict = try adopt(candidate, into: model, options: options).verdict
        let judged = try #require(verdict.candidate?.records)
        #expect(candidate.since > 0 && judged <= records.count)
    }
}
