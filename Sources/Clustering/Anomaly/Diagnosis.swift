/// What a model finds wrong, with hysteresis: a finding begins when its figure has held at the upper level for some
/// records, and ends when it has been below the lower level for a while. A figure that wavers about a level is no news.
struct Diagnosis: Sendable, Equatable, Codable {
    /// What is wrong, in the order of ``Finding``.
    private(set) var findings: [Finding] = []
    /// Findings whose figures have said the opposite of ``findings`` since then.
    private(set) var turns: [Turn] = []

    /// Since when a figure has said the opposite.
    struct Turn: Sendable, Equatable, Codable {
        var finding: Finding
        /// The records of the stream then.
        var records: UInt64
        /// The newest of their times then, in milliseconds since 1970, where they have times.
        var timestamp: Int64?
    }

    /// How many records lie between two examinations.
    static let examination: UInt64 = 500
    /// Records for which a figure must have held before its finding begins.
    static let beginning: UInt64 = 1000
    /// Records for which it must have been clear before the finding ends, and milliseconds of the records' own time, where
    /// they have times: on a fast stream so many records are a moment.
    static let ending: (records: UInt64, milliseconds: Int64) = (5000, 300_000)

    /// Takes in an examination.
    ///
    /// - Parameters:
    ///   - figures: in the units of ``Finding/levels``; 0 for what is missing.
    ///   - records: how many records the stream has had.
    ///   - newest: their newest time, in milliseconds since 1970; nil where they have none.
    mutating func take(_ figures: [Finding: Double], records: UInt64, newest: Int64?) {
        var lasting: [Finding] = []
        var turning: [Turn] = []
        for finding in Finding.allCases {
            let figure = figures[finding] ?? 0
            let lasts = findings.contains(finding)
            let isOpposite = lasts ? figure < finding.levels.ends : figure >= finding.levels.begins
            let turn =
                turns.first { $0.finding == finding } ?? Turn(finding: finding, records: records, timestamp: newest)
            let changes = isOpposite && Self.isOver(turn, lasts: lasts, records: records, newest: newest)
            if isOpposite, !changes { turning.append(turn) }
            if lasts != changes { lasting.append(finding) }
        }
        (findings, turns) = (lasting, turning)
    }

    private static func isOver(_ turn: Turn, lasts: Bool, records: UInt64, newest: Int64?) -> Bool {
        let held = records - min(records, turn.records)
        guard lasts else { return held >= beginning }
        guard held >= ending.records else { return false }
        guard let newest, let start = turn.timestamp else { return true }
        return newest - start >= ending.milliseconds
    }
}
