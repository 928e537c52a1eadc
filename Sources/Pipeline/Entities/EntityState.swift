import Foundation

/// What is kept of one entity: running figures, when it was active, and the cluster that was last published.
///
/// Memory is bounded: two numbers for each aggregate, and at most 264 bytes where different values are counted.
struct EntityState: Sendable, Equatable {
    /// A pair of running sums, as each aggregate needs them.
    struct Cell: Sendable, Equatable {
        var value = 0.0
        /// The weight of what went into `value`, or the time of it; 0 where nothing did.
        var weight = 0.0
    }

    /// Events so far.
    var events: UInt64 = 0
    /// The earliest, the latest, and the latest before that, in milliseconds since 1970.
    var first: Int64 = 0
    var last: Int64 = 0
    var previous: Int64?
    /// One for each aggregate; those that fade are as of `last`.
    var cells: [Cell]
    /// One for each aggregate that counts different values, in order.
    var distinct: [DistinctCount]
    /// The cluster that was published last.
    var published: Int?
    /// The partition's events when this entity was last active, and when it last taught the model.
    var turn: UInt64 = 0
    var taught: UInt64 = 0

    /// An entity that was not seen before.
    init(_ options: EntityOptions) {
        cells = [Cell](repeating: Cell(), count: options.aggregates.count)
        distinct = options.aggregates.filter { $0.function == .distinct }.map { _ in DistinctCount() }
    }

    /// Takes an event in. Events may come late: sums, means, counts and extremes are the same in whatever order.
    mutating func update(_ event: EntityEvent, _ options: EntityOptions) {
        let isFirst = events == 0
        let step = isFirst ? 0 : event.time - last
        var counts = 0
        for (index, aggregate) in options.aggregates.enumerated() {
            let fading = aggregate.halfLife.map { Self.fading(over: abs(step), halfLife: $0) } ?? 1
            if aggregate.halfLife != nil, step > 0 {
                cells[index].value *= fading
                cells[index].weight *= fading
            }
            // What comes late has faded already.
            let weight = step < 0 ? fading : 1
            switch event.contributions[index] {
            case .absent: break
            case .token(let hash): distinct[counts].insert(hash)
            case .number(let number):
                cells[index].take(number, weight, aggregate.function, at: event.time, step: isFirst ? nil : step)
            }
            if aggregate.function == .distinct { counts += 1 }
        }
        note(event.time)
    }

    /// `2^(-t/h)`: half after each half-life.
    static func fading(over milliseconds: Int64, halfLife seconds: Double) -> Double {
        exp2(-Double(milliseconds) / (seconds * 1000))
    }

    private mutating func note(_ time: Int64) {
        events += 1
        guard events > 1 else {
            first = time
            last = time
            return
        }
        first = min(first, time)
        if time > last {
            previous = last
            last = time
        } else if time < last {
            previous = max(previous ?? time, time)
        }
    }

    /// The figures as they are seen at a time, one for each aggregate; nil where there is no value yet.
    ///
    /// - Parameter time: milliseconds since 1970; times before the latest event count as that event's.
    func figures(at time: Int64, _ options: EntityOptions) -> [Double?] {
        let now = max(time, last)
        var counts = 0
        return options.aggregates.enumerated().map { index, aggregate in
            let cell = cells[index]
            let fading = aggregate.halfLife.map { Self.fading(over: now - last, halfLife: $0) } ?? 1
            switch aggregate.function {
            case .count, .sum: return cell.value * fading
            case .mean: return cell.weight > 0 ? cell.value / cell.weight : nil
            case .min, .max, .last: return cell.weight > 0 ? cell.value : nil
            case .distinct:
                defer { counts += 1 }
                return distinct[counts].estimate
            case .recency: return recency(at: now).map { Double($0) / options.millisecondsPerUnit }
            case .age: return Double(now - first) / options.millisecondsPerUnit
            case .interval: return interval(cell, aggregate).map { $0 / options.millisecondsPerUnit }
            }
        }
    }

    /// Time since the entity was seen before `now`. An event at that very moment is not before it, so that at an event
    /// this is the time since the event before; nil where there is none.
    private func recency(at now: Int64) -> Int64? {
        now > last ? now - last : previous.map { now - $0 }
    }

    /// The mean time between events in milliseconds; nil before the second event.
    private func interval(_ cell: Cell, _ aggregate: EntityAggregate) -> Double? {
        if aggregate.halfLife != nil { return cell.weight > 0 ? cell.value / cell.weight : nil }
        return events > 1 ? Double(last - first) / Double(events - 1) : nil
    }
}

extension EntityState.Cell {
    /// 2^52: whole numbers of this size are still exact.
    private static let moved = 4_503_599_627_370_496.0

    /// - Parameters:
    ///   - factor: below 1 for an event that comes late and has faded.
    ///   - step: milliseconds since the latest event, negative for one that comes late; nil for the first.
    fileprivate mutating func take(
        _ number: Double,
        _ factor: Double,
        _ function: EntityAggregate.Function,
        at time: Int64,
        step: Int64?
    ) {
        switch function {
        case .count, .sum: value += number * factor
        case .mean:
            value += number * factor
            weight += factor
        case .min, .max:
            let isBetter = weight == 0 || (function == .min ? number < value : number > value)
            if isBetter { value = number }
            weight = 1
        case .last:
            // The time, moved so that it is never 0, which means that there is none yet.
            let moment = Double(time) + Self.moved
            guard weight == 0 || moment >= weight else { return }
            value = number
            weight = moment
        case .interval:
            // An event that comes late does not say between which two it was: the gaps that are known stay.
            guard let step, step >= 0 else { return }
            value += Double(step)
            weight += 1
        case .distinct, .recency, .age: break
        }
    }
}
