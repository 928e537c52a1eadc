import Foundation
import TestSupport

/// Values computed by scikit-learn and kneed; see Tests/Fixtures/scripts/choice_reference.py.
struct ChoiceReference: Decodable {
    struct Step: Decodable {
        var k: Int
        var inertia: Double
        var silhouette: Double
        var calinskiHarabasz: Double
        var bic: Double
        var labels: [Int]?
    }
    struct Choice: Decodable {
        var name: String
        var vectors: [[Float]]?
        var curve: [Step]
        var knee: Int
        var bestSilhouette: Int
        var bestCalinskiHarabasz: Int
        var bestBic: Int
    }
    struct Summary: Decodable {
        var name: String
        var limit: Int
        var leaves: Int
        var error: Double
    }

    var choices: [Choice]
    var summaries: [Summary]

    static func load() throws -> ChoiceReference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(
            ChoiceReference.self,
            from: Data(contentsOf: SharedData.fixture("choice_reference.json"))
        )
    }
}
