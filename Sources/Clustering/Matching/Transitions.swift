import Kernels

/// Names what a reclustering did to each id, from the state before, the state after and the matching between them.
struct Transitions {
    let before: Model
    let after: Model
    let matching: Matching
    /// The row in `after` of each of the candidate's clusters that became one.
    let rows: [Int: Int]
    /// How far each cluster of `after` (by row) went since its last move, in mean distances of its members; nil for one
    /// without a past.
    let ways: [Double?]
    let options: LineageOptions

    /// An event for every living id in order of id, then one for every id that ended.
    func events() -> [LineageEvent] {
        let living = rows.sorted { $0.value < $1.value }.map { column, row in event(ofLiving: row, column: column) }
        let ended = before.clusters.indices.filter { after.index(of: before.clusters[$0].id) == nil }
        return living + ended.map { event(ofEnded: $0) }
    }

    /// The columns that are new parts of each living row, in order of id.
    private func parts(of origin: Int) -> [(column: Int, row: Int)] {
        rows.filter { matching.source[$0.key] == nil && matching.parent(of: $0.key) == origin }
            .map { (column: $0.key, row: $0.value) }.sorted { $0.row < $1.row }
    }

    private func event(ofLiving row: Int, column: Int) -> LineageEvent {
        let cluster = after.clusters[row]
        var event = LineageEvent(
            kind: .born,
            cluster: cluster.id,
            related: [],
            weight: cluster.weight,
            overlap: nil,
            label: cluster.label,
            version: after.version
        )
        if let source = matching.source[column] {
            event.kind = (ways[row] ?? 0) > options.moveDistance ? .moved : .kept
            event.overlap = matching.overlap.share(ofLiving: source, to: column)
            event.weightBefore = before.weight(of: source)
        } else if let origin = matching.parent(of: column) {
            event.kind = .split
            event.overlap = matching.overlap.share(of: column, from: origin)
            event.participants = split(origin)
            event.related = event.participants.map(\.cluster).filter { $0 != cluster.id }
        }
        return event
    }

    private func split(_ origin: Int) -> [LineageEvent.Participant] {
        let parent = before.clusters[origin]
        let heir = after.index(of: parent.id)
        var result = [
            LineageEvent.Participant(
                cluster: parent.id,
                weightBefore: before.weight(of: origin),
                weightAfter: heir.map(after.weight(of:)),
                overlap: matching.target[origin].map { matching.overlap.share(ofLiving: origin, to: $0) } ?? 0,
                label: heir.map { after.clusters[$0].label } ?? parent.label
            )
        ]
        for part in parts(of: origin) {
            result.append(
                LineageEvent.Participant(
                    cluster: after.clusters[part.row].id,
                    weightBefore: nil,
                    weightAfter: after.weight(of: part.row),
                    overlap: matching.overlap.share(ofLiving: origin, to: part.column),
                    label: after.clusters[part.row].label
                )
            )
        }
        return result
    }

    private func event(ofEnded row: Int) -> LineageEvent {
        let cluster = before.clusters[row]
        var event = LineageEvent(
            kind: .retired,
            cluster: cluster.id,
            related: [],
            weight: before.weight(of: row),
            overlap: nil,
            label: cluster.label,
            version: after.version
        )
        if let column = matching.heir(of: row), let heir = rows[column] {
            event.kind = .merged
            event.overlap = matching.overlap.share(ofLiving: row, to: column)
            event.participants = merge(column: column, heir: heir)
            event.related = event.participants.map(\.cluster).filter { $0 != cluster.id }
        }
        return event
    }

    private func merge(column: Int, heir: Int) -> [LineageEvent.Participant] {
        let common = after.clusters[heir]
        let source = matching.source[column]
        var result = [
            LineageEvent.Participant(
                cluster: common.id,
                weightBefore: source.map(before.weight(of:)),
                weightAfter: after.weight(of: heir),
                overlap: source.map { matching.overlap.share(ofLiving: $0, to: column) } ?? 0,
                label: common.label
            )
        ]
        for row in before.clusters.indices
        where after.index(of: before.clusters[row].id) == nil && matching.heir(of: row) == column {
            result.append(
                LineageEvent.Participant(
                    cluster: before.clusters[row].id,
                    weightBefore: before.weight(of: row),
                    weightAfter: nil,
                    overlap: matching.overlap.share(ofLiving: row, to: column),
                    label: before.clusters[row].label
                )
            )
        }
        return result
    }
}
