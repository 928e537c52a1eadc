import Kernels

/// Which living cluster each of a candidate's clusters continues, and what becomes of the others.
struct Matching {
    /// The living row that each candidate cluster continues.
    let source: [Int?]
    /// The candidate cluster that continues each living row.
    let target: [Int?]
    /// Shared sampled records, `living × candidates`, row by row.
    let overlap: [Double]
    /// Sampled records of each living row and of each candidate.
    let livingSizes: [Double]
    let candidateSizes: [Double]

    private var candidates: Int { source.count }

    /// The least share of the smaller side that two clusters must have in common to be one: any less is chance.
    private static let leastShare = 0.2
    /// The share of a cluster's members from which it counts as a part of another (MONIC, Spiliopoulou et al. 2006, has
    /// thresholds of this kind for absorption and split).
    private static let partShare = 0.5

    /// The one-to-one matching that shares the most records; where records do not decide, the nearer centroid does.
    init(placement: Placement, model: Model, candidate: Candidate) {
        let living = model.clusters.count
        let count = candidate.clusterCount
        let centres = (0..<count).map { candidate.centre(of: $0, metric: model.metric) }
        let overlap = placement.overlap(living: living, candidates: count)
        let livingSizes = (0..<living).map { row in (0..<count).reduce(0) { $0 + overlap[row * count + $1] } }
        let candidateSizes = (0..<count).map { column in
            (0..<living).reduce(0) { $0 + overlap[$1 * count + column] }
        }
        var values = overlap
        for row in 0..<living {
            let own = model.centre(of: row)
            for column in 0..<count {
                let distance = model.metric.distance(own, centres[column])
                values[row * count + column] += 0.5 / (1 + Double(distance))
            }
        }
        var target = OptimalAssignment.solve(values: values, rows: living, columns: count)
        var source = [Int?](repeating: nil, count: count)
        for row in 0..<living {
            guard let column = target[row] else { continue }
            let smaller = min(livingSizes[row], candidateSizes[column])
            let isOne = overlap[row * count + column] >= max(Self.leastShare * smaller, 1)
            if isOne { source[column] = row } else { target[row] = nil }
        }
        self.source = source
        self.target = target
        self.overlap = overlap
        self.livingSizes = livingSizes
        self.candidateSizes = candidateSizes
    }

    /// The share of candidate cluster `column` that comes from living row `row`, from 0 to 1.
    func share(of column: Int, from row: Int) -> Double {
        candidateSizes[column] > 0 ? overlap[row * candidates + column] / candidateSizes[column] : 0
    }

    /// The share of living row `row` that went to candidate cluster `column`, from 0 to 1.
    func share(ofLiving row: Int, to column: Int) -> Double {
        livingSizes[row] > 0 ? overlap[row * candidates + column] / livingSizes[row] : 0
    }

    /// The living row that a new cluster is a part of: most of its members came from there.
    func origin(of column: Int) -> Int? {
        livingSizes.indices.first { share(of: column, from: $0) >= Self.partShare }
    }

    /// The candidate cluster that took in a living row: most of its members went there.
    func heir(of row: Int) -> Int? {
        candidateSizes.indices.first { share(ofLiving: row, to: $0) >= Self.partShare }
    }
}
