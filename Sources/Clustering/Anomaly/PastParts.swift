/// A sample of the past in parts of equal number, one after another in time, to tell what has been there throughout from
/// what came at once.
///
/// However many records a burst brings, it lies in one or two parts of the past; what is usual is found in several. A
/// kind is therefore known once it was met at different times, and not once it was met often.
struct PastParts: Sendable {
    /// The part of each record.
    private let parts: [Int]
    private let count: Int
    /// The share of the parts in which a record's like must be found.
    private let wanted: Double

    /// The most parts: of 256 records 32 each.
    private static let most = 8
    /// A kind is known that is found in two parts or three of eight.
    private static let share = 0.25
    /// As long as the past is short the parts that must be found stand for at least so many records together.
    private static let leastRecords = 100.0
    /// Records from which on distances to the past mean the same, however long it grows.
    static let settledRecords = leastRecords / share

    /// - Parameter records: in any order.
    init(of records: [StoredRecord]) {
        count = min(Self.most, records.count)
        var parts = [Int](repeating: 0, count: records.count)
        let inTime = records.indices.sorted { records[$0].record < records[$1].record }
        for (place, index) in inTime.enumerated() { parts[index] = place * count / records.count }
        self.parts = parts
        guard let first = inTime.first, let last = inTime.last else {
            wanted = 1
            return
        }
        let span = Double(records[last].record - records[first].record) + 1
        wanted = min(1, max(Self.share, Self.leastRecords / span))
    }

    /// The distance within which a record is found in as many parts as is wanted, between two such distances where that is
    /// no whole number.
    ///
    /// - Parameters:
    ///   - distances: to each record, in the order in which they were given.
    ///   - row: a record that is left out; nil for none.
    func distance(_ distances: UnsafeBufferPointer<Float>, except row: Int? = nil) -> Float {
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { buffer in
            var nearest = buffer
            nearest.initialize(repeating: .infinity)
            for (index, distance) in distances.enumerated() where index != row {
                let part = parts[index]
                if distance < nearest[part] { nearest[part] = distance }
            }
            nearest.sort()
            // A part may have held no record but the one that is left out.
            let found = nearest.count { $0 < .infinity }
            guard found > 0 else { return 0 }
            let place = wanted * Double(found - 1)
            let below = nearest[Int(place)]
            let above = nearest[min(found - 1, Int(place) + 1)]
            return below + Float(place - place.rounded(.down)) * (above - below)
        }
    }
}
