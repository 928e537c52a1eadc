import Foundation

/// Values computed by scikit-learn, SciPy and NumPy; see Tests/Fixtures/scripts/clustering_reference.py.
package struct Reference: Decodable {
    package struct Vectors: Decodable {
        package var vectors: [[Float]]
        package var unit: [[Float]]
        package var labels: [Int]
        package var whole: [Int]
        package var silhouetteEuclidean: Double
        package var silhouetteCosine: Double
        package var daviesBouldin: Double
        package var calinskiHarabasz: Double
        package var centroids: [[Float]]
        package var nearest: [Int]
        package var inertia: Double
    }
    package struct Labelling: Decodable {
        package var name: String
        package var truth: [Int]
        package var found: [Int]
        package var ari: Double
        package var ami: Double
        package var nmi: Double
        package var v: Double
        package var purity: Double
    }
    package struct Detections: Decodable {
        package var positive: [Bool]
        package var scores: [Double]
        package var flagged: [Bool]
        package var auroc: Double
        package var averagePrecision: Double
        package var bestF1: Double
        package var flagAllF1: Double
        package var f1: Double
        package var matthews: Double
    }
    package struct Decay: Decodable {
        package struct State: Decodable {
            package var centres: [[Double]]
            package var weights: [Double]
        }
        package var halfLife: Double
        package var start: [[Float]]
        package var batches: [[[Float]]]
        package var states: [State]
    }
    package struct Assignment: Decodable {
        package var rows: Int
        package var columns: Int
        package var values: [Double]
        package var total: Double
    }
    package struct Tail: Decodable {
        package var excesses: [Double]
        package var logLikelihood: Double
    }
    package struct Terms: Decodable {
        package var counts: [[String: Double]]
        package var weights: [[String: Double]]
    }

    package var vectors: Vectors
    package var labellings: [Labelling]
    package var detections: Detections
    package var decay: Decay
    package var assignments: [Assignment]
    package var tails: [Tail]
    package var terms: Terms

    package static func load() throws -> Reference {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = SharedData.fixture("clustering_reference.json")
        return try decoder.decode(Reference.self, from: Data(contentsOf: file))
    }
}
