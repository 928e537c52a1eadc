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
        guard !delta.flagged.isEmpty || !incidents.open.isEmpty || newestTimestamp != nil else { return [] }
        var book = incidents
        let ended = book.endSilences { id in index(of: id).flatMap { clusters[$0].lastTimestamp } }
        let changes = rateAlarms(&book, options: options)
        let news =
            ended
            + book.take(
                delta.flagged + changes,
                label: { id in index(of: id).map { clusters[$0].label } },
                records: records,
                newest: newestTimestamp,
                quiet: quiet
            )
        incidents = book
        return news.map { IncidentEvent(state: $0.state, incident: $0.incident, version: version) }
    }
}

extension Model {
    /// The clusters that have gone silent, none of the many records having come that their own rates led to expect, and
    /// those that have brought far more for a while.
    ///
    /// All clusters are looked at each minute of the stream's own time, each with its part of the rate that was asked for.
    private func rateAlarms(_ book: inout IncidentBook, options: ClusteringOptions) -> [Alarm] {
        guard let newest = newestTimestamp, let since = book.advance(to: newest), !clusters.isEmpty else { return [] }
        let rate = options.anomalies.falseAlarmRate / Double(clusters.count)
        var alarms: [Alarm] = []
        for cluster in clusters where cluster.standing != .normal {
            guard let history = cluster.rate else { continue }
            let isSurging = history.isSurging(at: newest)
            let isSilent =
                !isSurging && !book.isOpen(cluster: cluster.id)
                && history.silence(at: newest, since: since).map { $0 <= rate * Self.silenceShare } == true
            guard isSurging || isSilent else { continue }
            let example = Incident.Example(
                text: cluster.representatives.first?.text,
                score: 0,
                record: cluster.lastSeen,
                timestamp: cluster.lastTimestamp
            )
            alarms.append(Alarm(cluster: cluster.id, reason: isSurging ? .burst : .silence, example: example))
        }
        return alarms
    }

    /// A silence can begin with every record of a cluster: what is improbable after one is not after thousands.
    private static let silenceShare = 0.01
}

extension Delta {
    /// Notes a flagged record; the text is kept of the first ones of each cluster.
    mutating func note(_ assignment: Assignment, record: UInt64, observation: Observation, labels: LabelOptions) {
        guard let cluster = assignment.cluster, let reason = assignment.reason ?? (assignment.isMuted ? .far : nil)
        else { return }
        let isExample = flagged.count { $0.cluster == cluster } < IncidentBook.examples
        let text = isExample ? observation.text.map { labels.redaction.kept($0, limit: labels.textLength) } : nil
        flagged.append(
            Alarm(
                cluster: cluster,
                reason: reason,
                isMuted: assignment.isMuted,
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
