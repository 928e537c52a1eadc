/// How many records the next batch may have, by how much work waits.
///
/// While the stages have nothing to do, what comes in is taken in small batches that every lane gets some of, so that a
/// record is answered soon. While every lane has work, batches double: what a batch costs as such is then shared by many.
/// But none may take long, or a stop and a commit would wait for it; how long a record takes is measured, because one that
/// is remembered costs a thousandth of one that is embedded.
struct BatchSize: Sendable, Equatable {
    /// The least, while nothing waits.
    let smallest: Int
    /// The most, however much waits.
    let largest: Int
    /// The lanes that want work.
    let lanes: Int
    /// How long a batch may take, in seconds.
    static let longest = 0.1

    private(set) var current: Int
    /// Seconds that a record takes; nil before anything is known.
    private var cost: Double?

    /// - Parameter smallest: the least; `largest` where that is less.
    init(smallest: Int, largest: Int, lanes: Int) {
        self.largest = max(1, largest)
        self.smallest = min(self.largest, max(1, smallest))
        self.lanes = max(1, lanes)
        current = self.smallest
    }

    /// The size of the next batch while `waiting` batches are in the stages.
    mutating func next(waiting: Int) -> Int {
        if waiting == 0 {
            current = max(smallest, current / 2)
        } else if waiting >= lanes {
            current = min(largest, current * 2)
        }
        let affordable = cost.map { $0 > 0 ? Int(min(Self.longest / $0, Double(largest))) : largest } ?? smallest
        return max(smallest, min(current, affordable))
    }

    /// A batch of `records` took `seconds`. A dear one counts at once, a cheap one by a quarter: the next may be dear again.
    mutating func note(records: Int, seconds: Double) {
        guard records > 0, seconds >= 0 else { return }
        let latest = seconds / Double(records)
        let known = cost ?? latest
        cost = latest > known ? latest : known + 0.25 * (latest - known)
    }
}
