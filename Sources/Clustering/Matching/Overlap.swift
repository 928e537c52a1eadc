/// What living clusters and a candidate's have in common: their shared weighted members, and how far apart they are.
struct Overlap: Sendable {
    /// The number of living clusters.
    let living: Int
    /// The number of the candidate's clusters.
    let candidates: Int
    /// The weight of records whose nearest clusters the two are, `living × candidates`, row by row.
    private(set) var nearest: [Double]
    /// The part of it that lies within the reach of both.
    private(set) var shared: [Double]
    /// The weight of the records within the reach of each living cluster.
    private(set) var livingSizes: [Double]
    /// The weight of the records within the reach of each of the candidate's clusters.
    private(set) var candidateSizes: [Double]
    /// The share of each living cluster's members that are no older than a half-life; half of them in a steady cluster.
    private(set) var recentShares: [Double]
    /// How far each two that have members in common are apart, infinite for others, `living × candidates`, row by row.
    private(set) var distances: [Double]
    /// How far each living cluster reaches.
    let livingReach: [Double]
    /// How far each of the candidate's clusters reaches.
    let candidateReach: [Double]

    /// Where a record stands on both sides.
    struct Member: Sendable {
        /// Its nearest living cluster, and whether it lies within its reach.
        var old: (cluster: Int, isWithin: Bool)
        /// Its nearest cluster of the candidate, and whether it lies within its reach.
        var new: (cluster: Int, isWithin: Bool)
        /// Its weight, greater than 0.
        var weight: Double
        /// Whether it is no older than a half-life.
        var isRecent = true
    }

    /// - Parameter distance: how far a living cluster is from one of the candidate's; asked only of those that have
    ///   members in common.
    init(
        members: [Member],
        livingReach: [Double],
        candidateReach: [Double],
        distance: (_ row: Int, _ column: Int) -> Double
    ) {
        living = livingReach.count
        candidates = candidateReach.count
        distances = Array(repeating: .infinity, count: living * candidates)
        self.livingReach = livingReach
        self.candidateReach = candidateReach
        nearest = Array(repeating: 0, count: living * candidates)
        shared = nearest
        livingSizes = Array(repeating: 0, count: living)
        candidateSizes = Array(repeating: 0, count: candidates)
        var counts = [(all: Double, recent: Double)](repeating: (0, 0), count: living)
        for member in members {
            let place = member.old.cluster * candidates + member.new.cluster
            nearest[place] += member.weight
            if member.old.isWithin {
                livingSizes[member.old.cluster] += member.weight
                counts[member.old.cluster].all += 1
                counts[member.old.cluster].recent += member.isRecent ? 1 : 0
            }
            if member.new.isWithin { candidateSizes[member.new.cluster] += member.weight }
            if member.old.isWithin, member.new.isWithin { shared[place] += member.weight }
        }
        recentShares = counts.map { $0.all > 0 ? $0.recent / $0.all : 0 }
        for row in 0..<living {
            for column in 0..<candidates where nearest[row * candidates + column] > 0 {
                distances[row * candidates + column] = distance(row, column)
            }
        }
    }

    /// The share of candidate cluster `column` that comes from living cluster `row`, from 0 to 1.
    func share(of column: Int, from row: Int) -> Double {
        candidateSizes[column] > 0 ? shared[row * candidates + column] / candidateSizes[column] : 0
    }

    /// The share of living cluster `row` that went to candidate cluster `column`, from 0 to 1.
    func share(ofLiving row: Int, to column: Int) -> Double {
        livingSizes[row] > 0 ? shared[row * candidates + column] / livingSizes[row] : 0
    }
}
