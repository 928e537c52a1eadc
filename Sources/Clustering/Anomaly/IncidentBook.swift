/// The open incidents of a model.
struct IncidentBook: Sendable, Equatable, Codable {
    /// By cluster, ascending; at most ``capacity``.
    private(set) var open: [Incident] = []

    /// The most open incidents; beyond it the one that has been quiet longest is closed.
    static let capacity = 256
    /// Records that an incident keeps.
    static let examples = 3

    /// What is over before alarms are taken in, and when it is.
    struct Quiet {
        /// Milliseconds of the records' own time.
        var milliseconds: Int64
        /// Records, where these have no times.
        var records: UInt64
    }

    /// Takes in alarms in the order of their records, then closes what has gone quiet.
    ///
    /// - Parameters:
    ///   - label: the present label of a cluster; nil where it has ended.
    ///   - records: how many records the stream has had.
    ///   - newest: their newest time.
    /// - Returns: what is to be told, in the order in which it happened.
    mutating func take(
        _ alarms: [Alarm],
        label: (Int) -> String?,
        records: UInt64,
        newest: Int64?,
        quiet: Quiet
    ) -> [(state: IncidentEvent.State, incident: Incident)] {
        var news: [(IncidentEvent.State, Incident)] = []
        for alarm in alarms {
            let place = place(of: alarm.cluster)
            if place < open.count, open[place].cluster == alarm.cluster {
                let isOver = Self.isOver(
                    open[place],
                    records: alarm.example.record,
                    newest: alarm.example.timestamp,
                    quiet: quiet
                )
                if isOver {
                    news.append((.closed, open.remove(at: place)))
                } else {
                    open[place].add(alarm, label: label(alarm.cluster))
                    if Self.isTold(open[place].count) { news.append((.growing, open[place])) }
                    continue
                }
            }
            let incident = Incident(alarm, label: label(alarm.cluster) ?? LabelWriter.number(alarm.cluster))
            open.insert(incident, at: place)
            news.append((.opened, incident))
        }
        for incident in open where Self.isOver(incident, records: records, newest: newest, quiet: quiet) {
            news.append((.closed, incident))
        }
        open.removeAll { Self.isOver($0, records: records, newest: newest, quiet: quiet) }
        while open.count > Self.capacity, let oldest = open.indices.min(by: { open[$0].isOlder(than: open[$1]) }) {
            news.append((.closed, open.remove(at: oldest)))
        }
        return news
    }

    /// The place of a cluster's incident, or where it would stand.
    private func place(of cluster: Int) -> Int {
        open.firstIndex { $0.cluster >= cluster } ?? open.count
    }

    private static func isOver(_ incident: Incident, records: UInt64, newest: Int64?, quiet: Quiet) -> Bool {
        if let newest, let last = incident.last.timestamp { return newest - last >= quiet.milliseconds }
        return records >= incident.last.record + quiet.records
    }

    /// Whether a count is a power of ten.
    private static func isTold(_ count: Int) -> Bool {
        var rest = count
        while rest > 1, rest % 10 == 0 { rest /= 10 }
        return rest == 1 && count > 1
    }
}

extension Incident {
    fileprivate init(_ alarm: Alarm, label: String) {
        self.init(
            cluster: alarm.cluster,
            label: label,
            reason: alarm.reason,
            first: alarm.example,
            last: alarm.example,
            count: 1,
            largestScore: alarm.example.score,
            examples: [alarm.example]
        )
    }

    fileprivate mutating func add(_ alarm: Alarm, label: String?) {
        self.label = label ?? self.label
        count += 1
        largestScore = max(largestScore, alarm.example.score)
        if examples.count < IncidentBook.examples { examples.append(alarm.example) }
        // Records may come out of the order of their times.
        let time = [last.timestamp, alarm.example.timestamp].compactMap { $0 }.max()
        last = alarm.example
        last.timestamp = time
    }

    fileprivate func isOlder(than other: Incident) -> Bool { last.record < other.last.record }
}
