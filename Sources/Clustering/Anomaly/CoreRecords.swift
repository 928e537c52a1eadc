import Kernels

/// A small uniform sample of the faded stream, the lowest ranks of the reservoir, ready to be measured against: what lies
/// far from much of it is odd.
///
/// The score is a distance to a mass (Chazal, Cohen-Steiner, Mérigot 2011, "Geometric Inference for Probability
/// Measures"): unlike the distance to the nearest record or centroid it is not small for anomalies that repeat, and
/// unlike that to clusters it does not jump when they are made anew.
struct CoreRecords: Sendable, Equatable {
    /// The records, in order of rank.
    let records: [StoredRecord]
    private let distances: AllDistances
    private let past: PastParts

    /// The most records.
    static let capacity = 256
    /// The queries that are looked at together.
    private static let partRows = 64

    /// Under the Euclidean metric: the mean distance to the nearest records of this share.
    private static let mass = 0.12
    /// Under the cosine: the distance from which on less than half of the stream lies, together with that at which records
    /// are found throughout the past. Equal texts are at no distance at all, so that a burst of one text hides in a small
    /// share soon; and unrelated ones are all at about the same, so that the half alone tells kinds apart where one is the
    /// rule, and the nearest where there are many.
    private static let half = 0.5

    init(dimension: Int, metric: Metric) {
        self.init(records: [], dimension: dimension, metric: metric)
    }

    private init(records: [StoredRecord], dimension: Int, metric: Metric) {
        self.records = records
        distances = AllDistances(points: Matrix(records: records, dimension: dimension), metric: metric)
        past = PastParts(of: records)
    }

    /// The records of the lowest ranks in a reservoir.
    init(of reservoir: Reservoir, dimension: Int, metric: Metric) {
        let lowest = reservoir.slots.sorted(by: Self.isBefore).prefix(Self.capacity)
        self.init(records: Array(lowest), dimension: dimension, metric: metric)
    }

    /// With what was offered to the reservoir since: the same records as ``init(of:dimension:metric:)`` takes of it
    /// afterwards.
    func taking(_ sampled: [StoredRecord], sampleCapacity: Int) -> CoreRecords {
        let capacity = min(Self.capacity, sampleCapacity)
        let entering = sampled.filter { candidate in
            records.count < capacity || records.last.map { Self.isBefore(candidate, $0) } ?? true
        }
        guard !entering.isEmpty else { return self }
        let all = (records + entering).sorted(by: Self.isBefore).prefix(capacity)
        return CoreRecords(records: Array(all), dimension: distances.points.columns, metric: distances.metric)
    }

    private static func isBefore(_ a: StoredRecord, _ b: StoredRecord) -> Bool {
        (a.priority, a.record) < (b.priority, b.record)
    }

    /// How far each of `queries` (`m × d`) lies from the bulk of the stream, in the metric's distance; empty where the
    /// core is.
    func scores(_ queries: Matrix, lanes: Lanes = .serial) -> [Float] {
        guard !records.isEmpty else { return [] }
        let metric = distances.metric
        return .shared(queries.rows) { scores in
            lanes.run((queries.rows + Self.partRows - 1) / Self.partRows) { part in
                let rows = part * Self.partRows..<min((part + 1) * Self.partRows, queries.rows)
                distances.forEach(queries, rows: rows) { row, values in
                    let score = metric == .cosine ? twoScales(values, except: nil) : Self.meanDistance(values)
                    (scores.base + row).initialize(to: score)
                }
            }
        }
    }

    /// How far each of the records lies from all the others; empty where there are not two.
    func ownScores() -> [Float] {
        guard records.count > 1 else { return [] }
        let metric = distances.metric
        var scores: [Float] = []
        scores.reserveCapacity(records.count)
        distances.forEach(distances.points) { row, values in
            scores.append(
                metric == .cosine
                    ? twoScales(values, except: row) : Self.meanDistance(Self.others(values, except: row))
            )
        }
        return scores
    }

    /// All values but that in `row`, which change their order.
    private static func others(
        _ values: UnsafeMutableBufferPointer<Float>,
        except row: Int
    ) -> UnsafeMutableBufferPointer<Float> {
        values.swapAt(row, values.count - 1)
        return UnsafeMutableBufferPointer(rebasing: values[..<(values.count - 1)])
    }

    private static func meanDistance(_ squares: UnsafeMutableBufferPointer<Float>) -> Float {
        let count = share(mass, of: squares.count)
        return mean(of: count, UnsafeBufferPointer(squares)) { $0.squareRoot() }
    }

    private func twoScales(_ values: UnsafeMutableBufferPointer<Float>, except row: Int?) -> Float {
        let near = past.distance(UnsafeBufferPointer(values), except: row)
        let others = UnsafeBufferPointer(row.map { Self.others(values, except: $0) } ?? values)
        return (Selection.value(at: Self.share(Self.half, of: others.count) - 1, of: others) + near) / 2
    }

    /// The mean of what `figure` makes of the smallest values.
    private static func mean(
        of count: Int,
        _ values: UnsafeBufferPointer<Float>,
        _ figure: (Float) -> Float
    ) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { smallest in
            Selection.smallest(of: values, into: smallest)
            return smallest.reduce(0) { $0 + figure($1) } / Float(count)
        }
    }

    private static func share(_ share: Double, of count: Int) -> Int {
        max(1, Int((share * Double(count)).rounded(.up)))
    }

    /// Equal records: the rest follows from them.
    static func == (a: CoreRecords, b: CoreRecords) -> Bool { a.records == b.records }
}
