extension Settings {
    static let outputKeys: [SettingsKey] = [
        SettingsKey("output.topic", .topic(), \.output.topic, "The topic of the assignments."),
        SettingsKey(
            "output.delivery",
            .choice,
            \.output.delivery,
            "Whether a crash repeats nothing (assignments, model and offsets are one transaction) or some records."
        ),
        SettingsKey(
            "output.on_error",
            .choice,
            \.output.onError,
            "What becomes of a record that cannot be used: it goes to the dead-letter topic, is passed over, or stops "
                + "the daemon."
        ),
        SettingsKey(
            "output.dead_letter_topic",
            ValueCodec.topic().optional,
            \.output.deadLetterTopic,
            "The topic of records that cannot be used. Empty: `<application>.dead-letter`."
        ),
        SettingsKey(
            "output.events_topic",
            ValueCodec.topic().optional,
            \.output.eventsTopic,
            "The topic of the model's events. Empty: `<application>.events`."
        ),
        SettingsKey(
            "output.commit_interval",
            .duration(.milliseconds(10) ... .seconds(60)),
            \.output.commitInterval,
            "The longest that an assignment waits for its transaction's commit."
        ),
        SettingsKey("output.text", .boolean, \.output.text, "Whether an assignment repeats its record's text."),
    ]

    static let operationKeys: [SettingsKey] = [
        SettingsKey(
            "http.listen",
            ValueCodec.address.or("off"),
            \.http.listen,
            "Where the status server listens. Port 0 takes a free one; `off` has no server."
        ),
        SettingsKey(
            "pipeline.memory",
            .size(16_777_216...1_099_511_627_776),
            \.pipeline.memory,
            "The ceiling of records read and not yet committed; at the ceiling reading pauses."
        ),
        SettingsKey(
            "pipeline.lanes",
            ValueCodec.integer(1...1024).or("auto"),
            \.pipeline.lanes,
            "Embedding lanes, each a thread; `auto` is one a processor core."
        ),
        SettingsKey(
            "pipeline.batch",
            ValueCodec.count(1...65_536).or("auto"),
            \.pipeline.batch,
            "Most records in a batch, while much waits; `auto` is 1024, for a server `space.batch`."
        ),
        SettingsKey(
            "pipeline.drain_timeout",
            .duration(.seconds(1) ... .seconds(1800)),
            \.pipeline.drainTimeout,
            "The longest that a stop may take to finish, commit and leave the group."
        ),
        SettingsKey("log.level", .choice, \.log.level, "The least level that is written."),
        SettingsKey("log.format", .choice, \.log.format, "How a line is written."),
    ]
}
