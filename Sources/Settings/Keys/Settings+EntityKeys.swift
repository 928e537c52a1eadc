extension Settings {
    static let entityKeys: [SettingsKey] = [
        SettingsKey(
            "entity.field",
            ValueCodec.text("name").optional,
            \.entity.field,
            "The JSON field that names the entity. Empty: the record's key. All events of an entity must be in one "
                + "partition, as they are where this field is the record's key too."
        ),
        SettingsKey(
            "entity.time",
            ValueCodec.text("name").optional,
            \.entity.time,
            "The JSON field that holds an event's time: seconds or milliseconds since 1970, or a date as in ISO 8601. "
                + "Empty: the record's timestamp."
        ),
        SettingsKey(
            "entity.value",
            ValueCodec.text("name").optional,
            \.entity.value,
            "Where no aggregates are named: the JSON field of what an event is worth. The figures are then `recency`, "
                + "`frequency` and `monetary`, its sum."
        ),
        SettingsKey(
            "entity.aggregates",
            .aggregates,
            \.entity.aggregates,
            "The figures that are kept of an entity, by name: what the space embeds. `count`, `sum(field)`, "
                + "`mean(field)`, `min(field)`, `max(field)`, `last(field)`, `distinct(field)`, `recency` (time since "
                + "the event before), `interval` (mean time between events), `age` (time since the first event). "
                + "`half_life 30d` behind count, sum, mean or interval lets older events count for less."
        ),
        SettingsKey(
            "entity.half_life",
            ValueCodec.duration(.seconds(1) ... .seconds(3_153_600_000)).or("none"),
            \.entity.halfLife,
            "The half-life of aggregates that can fade and name none of their own."
        ),
        SettingsKey(
            "entity.time_unit",
            .choice,
            \.entity.timeUnit,
            "The unit of `recency`, `interval` and `age`."
        ),
        SettingsKey(
            "entity.capacity",
            .count(1...100_000_000),
            \.entity.capacity,
            "Most entities kept for one input partition; beyond it those that were active least recently are forgotten."
        ),
        SettingsKey(
            "entity.publish",
            .choice,
            \.entity.publish,
            "Whether an entity's assignment is published where its cluster changes, or at every event. An event teaches "
                + "the model at most once for as many events as there are entities, so that all weigh about the same."
        ),
    ]
}
