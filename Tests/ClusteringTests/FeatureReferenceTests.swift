import Foundation
import Kernels
import TestSupport
import Testing

@testable import Clustering

/// Held against NumPy; see Tests/Fixtures/scripts/features_reference.py.
@Suite("Features: as NumPy computes them")
struct FeatureReferenceTests {
    struct Fixture: Decodable {
        var rows: [[Float?]]
        var step: Int
        var halfLife: Double
        var mean, deviation, logMean, logDeviation, truth: Double
        var shares: [Double]
        var encoded: [[Double]]
    }

    private let fixture: Fixture

    init() throws {
        let place = SharedData.fixture("features_reference.json")
        fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: place))
    }

    @Test func decayedMomentsSharesAndVectors() throws {
        let layout = FeatureLayout(fields: [
            .init(name: "a", kind: .number(.linear)), .init(name: "b", kind: .number(.logarithmic)),
            .init(name: "c", kind: .category(slots: 3)), .init(name: "d", kind: .boolean),
        ])
        var state = FeatureState(encoding: FeatureEncoding(layout: layout))
        let rows = fixture.rows.map { $0.map { $0 ?? .nan } }
        for start in stride(from: 0, to: rows.count, by: fixture.step) {
            var taught = FeatureStatistics(layout: layout)
            for row in start..<start + fixture.step {
                let word = rows[row][2].isNaN ? "" : "\(Int(rows[row][2]))"
                taught.add(row: rows[row][...], words: [word], record: UInt64(row), encoding: state.encoding)
            }
            state.learn(taught, clock: Double(start + fixture.step) / fixture.halfLife)
        }
        let encoding = state.encoding.fitted(to: state.statistics, sample: [], isYoung: false)
        #expect(abs(encoding.fields[0].linear.mean - fixture.mean) < 1e-9)
        #expect(abs(encoding.fields[0].linear.deviation - fixture.deviation) < 1e-9)
        #expect(abs(encoding.fields[1].logarithm.mean - fixture.logMean) < 1e-9)
        #expect(abs(encoding.fields[1].logarithm.deviation - fixture.logDeviation) < 1e-9)
        #expect(abs(encoding.fields[3].means[0] - fixture.truth) < 1e-9)
        let places = try [11, 22, 33].map { try #require(encoding.fields[2].slots.firstIndex(of: $0)) }
        for (place, share) in zip(places, fixture.shares) {
            #expect(abs(encoding.fields[2].means[place] - share) < 1e-9)
        }
        // Numbers, words in the order of the fixture, truth.
        let columns = [0, 1] + places.map { 2 + $0 } + [2 + layout.fields[2].kind.width]
        for (row, expected) in zip(rows.suffix(fixture.encoded.count), fixture.encoded) {
            let vector = encoding.encode(row, metric: .euclidean)
            for (column, value) in zip(columns, expected) { #expect(abs(Double(vector[column]) - value) < 1e-5) }
        }
    }
}
