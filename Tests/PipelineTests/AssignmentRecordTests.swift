import Clustering
import Foundation
import Kernels
import Streams
import Testing

@testable import Pipeline

@Suite("Published assignments")
struct AssignmentRecordTests {
    @Test(arguments: [
        (0.213_449_99, 0.21345), (123_456.7, 123_457.0), (1e-9, 1e-9), (0.0, 0.0), (-0.5, -0.5), (1234.56, 1234.6),
    ])
    func figuresHaveFiveSignificantDigits(value: Double, expected: Double) {
        #expect(AssignmentRecord.rounded(value) == expected)
    }

    @Test func thereIsNoNumberForInfinity() {
        #expect(AssignmentRecord.rounded(.infinity) == nil && AssignmentRecord.rounded(.nan) == nil)
    }

    @Test func everyKeyIsInEveryRecord() throws {
        let model = Model(space: "toy", dimension: 2, metric: .cosine)
        let (assignments, _) = assign(
            vectors: Matrix(columns: 2, storage: [1, 0]),
            observations: [Observation(timestamp: 5, text: "x")],
            model: model,
            options: ClusteringOptions()
        )
        let record = Record(source: TopicPartition(topic: "logs", partition: 3), offset: 18823, value: [1])
        let bytes = try AssignmentEncoder().encode(assignments[0], of: record, text: nil)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
        #expect(
            Set(object.keys) == [
                "cluster", "label", "distance", "runner_up", "score", "tail", "anomaly", "reason", "model", "source",
            ]
        )
        #expect(object["cluster"] is NSNull, "before the first cluster exists")
        let source = try #require(object["source"] as? [String: Any])
        #expect(source["offset"] as? Int == 18823 && source["partition"] as? Int == 3)
        #expect(source["timestamp"] is NSNull)
    }
}
