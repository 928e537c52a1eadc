extension Settings {
    /// Every key, in the order of the manual.
    public static let keys: [SettingsKey] =
        [
            SettingsKey(
                "application",
                ValueCodec.topic(longest: 200).optional,
                \.application,
                isRequired: true,
                "Names the consumer group, the transactional id and the daemon's own topics (`<application>.model`, "
                    + "...). Changing it starts afresh."
            )
        ] + kafkaKeys + inputKeys + entityKeys + spaceKeys + sessionKeys + serverKeys + clusterKeys + reclusterKeys
        + anomalyKeys
        + labelKeys
        + outputKeys + operationKeys

    /// Every section with what it is about, in the order of the manual.
    public static let sections: [(name: String, documentation: String)] = [
        ("kafka", "How to reach Kafka, and how to be a member there."),
        ("input", "What is read."),
        ("entity", "With `input.key: entity`: what is kept of the entities (customers, devices) that are clustered."),
        ("space", "What a record is turned into."),
        ("session", "With `space.kind: session`: how lines of logs are grouped, and when a group is complete."),
        ("clusters", "How records are clustered."),
        ("recluster", "Periodic reclustering, in the background. A result is adopted only if it is no worse."),
        ("anomalies", "What is anomalous."),
        ("labels", "What is kept to describe clusters to people."),
        ("output", "What is written."),
        ("http", "The status server: page, metrics, health."),
        ("pipeline", "Memory and threads."),
        ("log", "Diagnostics, on standard error."),
    ]

    private static let kafkaKeys: [SettingsKey] = [
        SettingsKey(
            "kafka.bootstrap_servers",
            ValueCodec.servers.optional,
            \.kafka.bootstrapServers,
            isRequired: true,
            "The brokers to ask first."
        ),
        SettingsKey(
            "kafka.client_id",
            .text("name"),
            \.kafka.clientID,
            "The name under which brokers log this client."
        ),
        SettingsKey(
            "kafka.instance",
            ValueCodec.topic().optional,
            \.kafka.instance,
            "A name that is stable over restarts and unique in the application (static membership): a restart within "
                + "the session timeout then moves no partition. Empty: a dynamic member."
        ),
        SettingsKey(
            "kafka.session_timeout",
            .duration(.seconds(1) ... .seconds(1800)),
            \.kafka.sessionTimeout,
            "After this long without a heartbeat the group gives our partitions away."
        ),
        SettingsKey(
            "kafka.poll_timeout",
            .duration(.seconds(2) ... .seconds(86_400)),
            \.kafka.pollTimeout,
            "After this long without a poll the client leaves the group (`max.poll.interval.ms`)."
        ),
        SettingsKey(
            "kafka.transaction_timeout",
            .duration(.seconds(1) ... .seconds(900)),
            \.kafka.transactionTimeout,
            "After this long the broker aborts an open transaction; until then readers wait for a crashed instance."
        ),
        SettingsKey(
            "kafka.properties",
            .properties,
            \.kafka.properties,
            "Raw librdkafka properties. A name that ends in `_file` takes its value from a file, a relative path "
                + "from the credentials of the systemd unit: `{sasl.password_file: kafka-password}`."
        ),
    ]

    private static let inputKeys: [SettingsKey] = [
        SettingsKey(
            "input.topics",
            .names(.topic()),
            \.input.topics,
            isRequired: true,
            "The topics that are read."
        ),
        SettingsKey("input.format", .choice, \.input.format, "What a record's value is."),
        SettingsKey(
            "input.key",
            .choice,
            \.input.key,
            "Whether an assignment keeps its record's key; `entity` takes it for the name of an entity, which is "
                + "clustered in place of the record."
        ),
        SettingsKey("input.from", .choice, \.input.from, "Where an application without committed offsets begins."),
        SettingsKey(
            "input.maximum_record",
            .size(1024...268_435_456),
            \.input.maximumRecord,
            "A larger value is not looked at but refused as `too_large`, as `output.on_error` says."
        ),
    ]

    private static let spaceKeys: [SettingsKey] = [
        SettingsKey(
            "space.kind",
            .choice,
            \.space.kind,
            "Embedded text, ready-made vectors, the fields of a JSON object (customers, orders, measurements), lines of logs "
                + "(their templates are mined and embedded), sessions of such lines (how often each template came), or what an embedding server makes of text or images."
        ),
        SettingsKey(
            "space.field",
            ValueCodec.text("name").optional,
            \.space.field,
            "The field of a JSON object, or the column of a table. Empty: the whole value; of JSON logs the message, by the "
                + "usual names. With `kind: features`: the object that has the fields."
        ),
        SettingsKey(
            "space.context",
            ValueCodec.names(.text("name")).or("all"),
            \.space.context,
            "With `kind: log` and `input.format: json`: the other fields, by name or dotted path, that an assignment "
                + "carries as `context`, up to 4 KiB. `[]`: none."
        ),
        SettingsKey(
            "space.source",
            ValueCodec.text("name").optional,
            \.space.source,
            "With `input.format: json`: the field that names what wrote a line, such as a service. Each source is learned "
                + "for a while, and has its own rate of new kinds, before what is new there raises an alarm. Empty: the topic."
        ),
        SettingsKey(
            "space.fields",
            .fields,
            \.space.fields,
            "The fields of `kind: features`, by name or dotted path: `{spend: number, country: category, churned: "
                + "boolean, at: hour_of_day}`. A mapping gives more: `spend: {kind: number, log: auto, weight: 2, missing: "
                + "mean}`. Numbers are standardised by what was seen, fading with the half-life; `log` takes sign(x) "
                + "ln(1+|x|) (auto: where the first records are skewed and not negative); a category's `slots` most frequent "
                + "words are told apart; times are ISO 8601 or since 1970; `missing` is mean, zero or reject. Empty: "
                + "`evaluate` and `pipe` take all fields that the first records have."
        ),
        SettingsKey(
            "space.model",
            ValueCodec.text("path").optional,
            \.space.model,
            "The folder of a sentence transformer (BERT family, safetensors), or of a static model that `centroidd distill` "
                + "or Model2Vec made of one, relative to the working directory. Empty: hashed n-grams, which need no model."
        ),
        SettingsKey(
            "space.flood",
            ValueCodec.text("path").optional,
            \.space.flood,
            "Two tiers: the folder of a static model that embeds every text, so that `space.model` embeds only the sample and "
                + "what may be an anomaly. `static` is the folder beside the model that is called like it with -static behind. "
                + "Empty: the model embeds every text."
        ),
        SettingsKey(
            "space.dimension",
            ValueCodec.integer(1...65_536).optional,
            \.space.dimension,
            "Numbers in a vector: needed for vectors, free to choose for hashed n-grams, given by a model. "
                + "Empty: the space's own."
        ),
        SettingsKey("space.encoding", .choice, \.space.encoding, "How a ready-made vector is written."),
        SettingsKey(
            "space.maximum_tokens",
            ValueCodec.integer(8...8192).or("auto"),
            \.space.maximumTokens,
            "Tokens of a text that are looked at; `auto` leaves it to the model."
        ),
        SettingsKey(
            "space.prefix",
            ValueCodec.anyText.or("auto"),
            \.space.prefix,
            "What a transformer reads before every text, such as \"query: \" for E5 models; \"\" is nothing, `auto` the "
                + "prompt that the model's folder calls its default."
        ),
        SettingsKey(
            "space.precision",
            .choice,
            \.space.precision,
            "Arithmetic of a model: f32 gives its own vectors, int8 is several times as fast; auto takes int8 where a "
                + "check at start finds a cosine of at least 0.99 to f32. A model learnt in one is refused in the other."
        ),
        SettingsKey(
            "space.cache",
            .size(0...1_099_511_627_776),
            \.space.cache,
            "Memory for the vectors of texts that were seen lately, so that a repeated text is not embedded again. 0: "
                + "none."
        ),
    ]

    private static let clusterKeys: [SettingsKey] = [
        SettingsKey(
            "clusters.metric",
            ValueCodec.choice.or("auto"),
            \.clusters.metric,
            "How far two vectors are apart; `auto` is euclidean for features and cosine for all else."
        ),
        SettingsKey(
            "clusters.half_life",
            .span(never: "none"),
            \.clusters.halfLife,
            "After this much the weight of what was learnt has halved; `none` never forgets."
        ),
        SettingsKey(
            "clusters.birth",
            ValueCodec.number(0...1e9, isOpen: true).or("auto"),
            \.clusters.birth,
            "From this distance to all clusters a record may begin a new one; `auto` goes by each cluster's spread."
        ),
        SettingsKey(
            "clusters.maximum",
            .count(1...65_536),
            \.clusters.maximum,
            "The ceiling on living clusters; at the ceiling the lightest makes room."
        ),
        SettingsKey(
            "clusters.seed",
            .integer(0...Int.max),
            \.clusters.seed,
            "All randomness comes from here: the same seed and records give the same result."
        ),
        SettingsKey(
            "clusters.step",
            .count(1...100_000),
            \.clusters.step,
            "Records per learning step; those of one step are judged by the same model. Up to eight times as many once that "
                + "is no more than a thousandth of the records so far and a hundredth of a half-life."
        ),
    ]

    private static let anomalyKeys: [SettingsKey] = [
        SettingsKey(
            "anomalies.false_alarm_rate",
            .number(0...0.5, isOpen: true),
            \.anomalies.falseAlarmRate,
            "The share of normal records that may be flagged."
        ),
        SettingsKey(
            "anomalies.heavy_share",
            .number(0...1),
            \.anomalies.heavyShare,
            "An anomaly near a cluster with less than this share of the weight is called rare or new, not far."
        ),
        SettingsKey(
            "anomalies.incident_quiet",
            .duration(.seconds(1) ... .seconds(86_400 * 365)),
            \.anomalies.incidentQuiet,
            "Alarms of one cluster are one incident until there was none for this long by the records' own time (for "
                + "1,000 records where these have no times)."
        ),
    ]
}
