import Pipeline
import Settings

extension Settings {
    /// How records become events of entities; nil where records are clustered.
    var entityOptions: EntityOptions? {
        guard input.key == .entity else { return nil }
        var options = EntityOptions(aggregates: entity.effectiveAggregates.map(EntityAggregate.init))
        options.field = Self.path(entity.field)
        options.time = Self.path(entity.time)
        options.millisecondsPerUnit =
            switch entity.timeUnit {
            case .days: 86_400_000
            case .hours: 3_600_000
            case .minutes: 60_000
            case .seconds: 1000
            }
        options.capacity = entity.capacity
        options.publication = entity.publish == .always ? .always : .changes
        return options
    }

    /// The keys of a dotted path.
    static func path(_ name: String?) -> [String] {
        name.map { $0.split(separator: ".").map(String.init) } ?? []
    }
}

extension EntityAggregate {
    /// An aggregate as the configuration has it.
    init(_ settings: EntityAggregateSettings) {
        let function: Function =
            switch settings.function {
            case .count: .count
            case .sum: .sum
            case .mean: .mean
            case .min: .min
            case .max: .max
            case .last: .last
            case .distinct: .distinct
            case .recency: .recency
            case .interval: .interval
            case .age: .age
            }
        self.init(
            name: settings.name,
            function: function,
            field: Settings.path(settings.field),
            halfLife: settings.halfLife?.inSeconds
        )
    }
}
