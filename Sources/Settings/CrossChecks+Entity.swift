extension CrossChecks {
    /// Rules of the entity mode; and that its keys are not used without it.
    mutating func checkEntity() {
        let entity = settings.entity
        guard settings.input.key == .entity else {
            for path in Settings.entityKeys.map(\.path) where places[path] != nil {
                warn(path, "a key that nothing uses", "`input.key: entity`", "Set `input.key: entity`, or remove it")
            }
            return
        }
        require(
            entity.value != nil || !entity.aggregates.isEmpty,
            ["entity.aggregates", "entity.value", "input.key"],
            "nothing",
            "what is kept of an entity",
            "Set `entity.value` to the field of what an event is worth, or name `entity.aggregates`"
        )
        if entity.value != nil, !entity.aggregates.isEmpty {
            warn(
                "entity.value",
                "a value beside aggregates",
                "one of the two",
                "Only the aggregates count: remove `entity.value`, or add an aggregate of it"
            )
        }
        checkEntityInput(entity)
        checkEntityFigures(entity)
    }

    private mutating func checkEntityInput(_ entity: EntitySettings) {
        require(
            settings.space.kind == .features,
            ["space.kind", "input.key"],
            "`\(settings.space.kind.rawValue)` with `input.key: entity`",
            "features",
            "Set `space.kind: features`: the figures of an entity are what is embedded"
        )
        if settings.input.topics.count > 1 {
            warn(
                "input.topics",
                "entities of \(settings.input.topics.count) topics",
                "one topic",
                "Each topic has entities of its own: the same key in two topics is two entities"
            )
        }
    }

    private mutating func checkEntityFigures(_ entity: EntitySettings) {
        let aggregates = entity.effectiveAggregates
        guard !aggregates.isEmpty else { return }
        require(
            aggregates.contains { $0.function.isAlwaysThere },
            ["entity.aggregates", "input.key"],
            "figures that an entity does not have at its first event",
            "one that it has: count, sum, distinct or age",
            "Add `events: count`"
        )
        let names = aggregates.map(\.name)
        for field in settings.space.fields {
            require(
                names.contains(field.name),
                ["space.fields", "input.key"],
                "the field `\(field.name)`, which no aggregate is named",
                "names of aggregates: \(names.joined(separator: ", "))",
                nearest(field.name, among: names).map { "Did you mean `\($0)`?" }
                    ?? "Add an aggregate of that name, or remove the field"
            )
            require(
                field.missing != .reject,
                ["space.fields", "input.key"],
                "`missing: reject` of `\(field.name)`",
                "mean or zero",
                "An entity would never come to its second event: a figure may be missing at the first"
            )
        }
    }
}
