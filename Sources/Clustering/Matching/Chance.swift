/// Whether scattered records explain a group.
enum Chance {
    /// Records outside of the group that are looked at, and the least.
    private static let looks = 32
    private static let leastOutside = 8
    /// The least members of a closed group: fewer have nothing around them by chance now and then.
    private static let leastClosed = 15

    /// A group must have five standard deviations (of a Poisson count) more than a record outside of it has neighbours,
    /// and four times as many.
    ///
    /// - Parameters:
    ///   - count: the members of the group.
    ///   - outside: records that are not in it.
    ///   - neighbours: the number of records as near to one as the group's are.
    static func explains<Record>(_ count: Int, outside: [Record], neighbours: (Record) -> Int) -> Bool {
        guard outside.count >= leastOutside else { return false }
        let stride = max(1, outside.count / looks)
        let counts = Swift.stride(from: 0, to: outside.count, by: stride).map { neighbours(outside[$0]) }.sorted()
        return !stands(count, above: Double(counts[counts.count / 2]))
    }

    /// Whether what lies near to a group's members is the group: around a place among scattered records lie twice as many
    /// on a line, four times as many on a plane.
    ///
    /// - Parameters:
    ///   - group: members, each near to one of them.
    ///   - outside: records that are not in it.
    static func isClosed<Record>(_ group: [Record], outside: [Record], areNear: (Record, Record) -> Bool) -> Bool {
        guard group.count >= leastClosed else { return false }
        let stride = max(1, group.count / looks)
        let members = Swift.stride(from: 0, to: group.count, by: stride).map { group[$0] }
        let around = outside.count { record in members.contains { areNear($0, record) } }
        return stands(group.count, above: Double(around))
    }

    private static func stands(_ count: Int, above usual: Double) -> Bool {
        Double(count) >= max(4 * usual, usual + 5 * usual.squareRoot())
    }
}
