extension Settings {
    static let sessionKeys: [SettingsKey] = [
        SettingsKey(
            "session.field",
            ValueCodec.text("name").optional,
            \.session.field,
            "The JSON field that names the session. Empty: what `session.pattern` finds, else the record's key. All records "
                + "of a session must be in one partition, as they are where this field is the record's key too."
        ),
        SettingsKey(
            "session.pattern",
            ValueCodec.expression().optional,
            \.session.pattern,
            "A regular expression that finds the session's name in a line: its first group, or all that it matches. A line "
                + "with several names, such as `blk_-?\\d+` in HDFS, is an event of each; one without is in no session."
        ),
        SettingsKey(
            "session.time",
            ValueCodec.text("name").optional,
            \.session.time,
            "The JSON field that holds an event's time: seconds or milliseconds since 1970, or a date as in ISO 8601. "
                + "Empty: the record's timestamp or, in files, the time that the line begins with."
        ),
        SettingsKey(
            "session.window",
            .choice,
            \.session.window,
            "When a session ends: after a `gap` without events, or with its `tumbling` or `sliding` window."
        ),
        SettingsKey(
            "session.size",
            .duration(.milliseconds(1) ... .seconds(31_536_000)),
            \.session.size,
            "How long the gap, or a window, is."
        ),
        SettingsKey(
            "session.every",
            .duration(.milliseconds(1) ... .seconds(31_536_000)),
            \.session.every,
            "How far apart sliding windows begin; at most 1000 of them overlap."
        ),
        SettingsKey(
            "session.lateness",
            .duration(.zero ... .seconds(604_800)),
            \.session.lateness,
            "For so long more a window takes what comes late. What comes later still is counted and left out."
        ),
        SettingsKey(
            "session.rarity",
            .boolean,
            \.session.rarity,
            "Whether an event counts for more the fewer sessions have it (inverse document frequency)."
        ),
        SettingsKey(
            "session.order",
            .boolean,
            \.session.order,
            "Whether the order of events counts too: half of the vector is then for pairs that followed each other."
        ),
        SettingsKey(
            "session.capacity",
            .count(1...100_000_000),
            \.session.capacity,
            "Most sessions that are open in one input partition; beyond it the one that would end first is ended."
        ),
        SettingsKey(
            "session.maximum_events",
            .count(1...10_000_000),
            \.session.maximumEvents,
            "A session with so many events is ended, and the next begins."
        ),
        SettingsKey(
            "session.sequence",
            .count(0...100_000),
            \.session.sequence,
            "So many events of a session are kept, and published, in their order."
        ),
    ]
}
