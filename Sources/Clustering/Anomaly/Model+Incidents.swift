extension Model {
    /// The incidents that are open, by cluster.
    public var openIncidents: [Incident] { incidents.open }

    /// Folds the alarms of a delta that was merged into this version into incidents, and closes those that have gone
    /// quiet.
    ///
    /// - Returns: what is to be told.
    public mutating func foldAlarms(_ delta: Delta, options: ClusteringOptions) -> [IncidentEvent] {
        let quiet = IncidentBook.Quiet(
            milliseconds: Int64(options.anomalies.incidentQuiet * 1000),
            records: options.anomalies.incidentQuietRecords
        )
        guard !delta.flagged.isEmpty || !incidents.open.isEmpty else { return [] }
        var book = incidents
        let news = book.take(
            delta.flagged,
            label: { id in index(of: id).map { clusters[$0].label } },
            records: records,
            newest: newestTimestamp,
            quiet: quiet
        )
        incidents = book
        return news.map { IncidentEvent(state: $0.state, incident: $0.incident, version: version) }
    }
}

extension Delta {
    /// Notes a flagged record; the text is kept of the first ones of each cluster.
    mutating func note(_ assignment: Assignment, record: UInt64, observation: Observation, labels: LabelOptions) {
        guard let cluster = assignment.cluster, let reason = assignment.reason else { return }
        let isExample = flagged.count { $0.cluster == cluster } < IncidentBook.examples
        let text = isExample ? observation.text.map { labels.redaction.kept($0, limit: labels.textLength) } : nil
        flagged.append(
            Alarm(
                cluster: cluster,
                reason: reason,
                example: Incident.Example(
                    text: text,
                    score: assignment.score ?? 0,
                    record: record,
                    timestamp: observation.timestamp
                )
            )
        )
    }
}
