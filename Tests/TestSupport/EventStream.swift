import Foundation
package import Kernels

/// A stream of spheres that move among noise, and are created, deleted, split and merged: the evolution of MOA's
/// generator of random radial basis functions with events, in its usual setting.
///
/// Spheres of radius .07 lie in the unit cube (5 ± 3 of them), a tenth of the records is spread evenly, centres move .01
/// per 500 records, and every 30,000 records one thing happens. Spheres turn round before they run into each other,
/// except those that merge: else the truth would have splits and merges that nobody names.
package struct EventStream {
    /// What happens to spheres.
    package enum Kind: String, Hashable, CaseIterable {
        case birth, death, split, merge
    }

    /// Something that happened.
    package struct Event {
        package var kind: Kind
        /// The number of the record from which it can be seen at all, and that at which it is complete.
        package var begins: Int
        package var ends: Int
        /// Where.
        package var place: [Double]
    }

    private struct Sphere {
        var centre: [Double]
        var direction: [Double]
        var weight: Double
        /// The one it comes from or goes to, which it does not evade.
        var partner: Int?
        let id: Int
    }

    /// The records so far.
    package private(set) var records = 0
    /// What happened so far.
    package private(set) var events: [Event] = []
    package let dimension: Int
    private var generator: SeededGenerator
    private var spheres: [Sphere] = []
    private var nextID = 0
    private var merging: (ids: [Int], touched: Int)?
    /// The kinds in the order in which they happen, drawn anew when each has been.
    private var agenda: [Kind] = []

    package static let radius = 0.07
    private static let step = 0.01 / 500
    private static let noise = 0.1
    private static let period = 30_000
    private static let berth = 2.5 * radius

    package init(seed: UInt64, dimension: Int = 2) {
        self.dimension = dimension
        generator = SeededGenerator(seed: SeededGenerator.mix(seed))
        for _ in 0..<5 { add(at: freePlace(), weight: 1) }
    }

    /// How many spheres there are.
    package var count: Int { spheres.count }

    /// The next records, in order.
    package mutating func next(_ count: Int) -> Matrix {
        var storage: [Float] = []
        storage.reserveCapacity(count * dimension)
        for _ in 0..<count {
            records += 1
            if records % Self.period == 0 { happen() }
            move()
            storage += draw().map(Float.init)
        }
        return Matrix(columns: dimension, storage: storage)
    }

    private mutating func uniform() -> Double { generator.nextUniform() }

    /// A unit vector.
    private mutating func direction() -> [Double] {
        while true {
            let vector = (0..<dimension).map { _ in 2 * uniform() - 1 }
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 0.1, length <= 1 { return vector.map { $0 / length } }
        }
    }

    private mutating func draw() -> [Double] {
        if uniform() < Self.noise { return (0..<dimension).map { _ in uniform() } }
        var left = uniform() * spheres.reduce(0) { $0 + $1.weight }
        var chosen = spheres[spheres.count - 1]
        for sphere in spheres {
            left -= sphere.weight
            if left < 0 {
                chosen = sphere
                break
            }
        }
        let way = direction()
        let length = uniform() * Self.radius
        return zip(chosen.centre, way).map { $0 + length * $1 }
    }

    private static func distance(_ a: [Double], _ b: [Double]) -> Double {
        zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
    }

    private mutating func freePlace() -> [Double] {
        var best: (place: [Double], gap: Double) = ([], -1)
        for _ in 0..<50 {
            let place = (0..<dimension).map { _ in 0.1 + 0.8 * uniform() }
            let gap = spheres.map { Self.distance($0.centre, place) }.min() ?? 1
            if gap > best.gap { best = (place, gap) }
            if gap > 2 * Self.berth { break }
        }
        return best.place
    }

    @discardableResult
    private mutating func add(
        at place: [Double],
        weight: Double,
        direction: [Double]? = nil,
        partner: Int? = nil
    ) -> Int {
        let way = direction ?? self.direction()
        spheres.append(Sphere(centre: place, direction: way, weight: weight, partner: partner, id: nextID))
        nextID += 1
        return nextID - 1
    }

    // MARK: - Movement

    private mutating func move() {
        for index in spheres.indices { move(index) }
        if merging != nil { join() }
    }

    private mutating func move(_ index: Int) {
        var sphere = spheres[index]
        let next = zip(sphere.centre, sphere.direction).map { $0 + Self.step * $1 }
        let isOutside = next.contains { $0 < Self.radius || $0 > 1 - Self.radius }
        let isBlocked = spheres.contains { other in
            guard other.id != sphere.id else { return false }
            let gap = Self.distance(other.centre, next)
            let isComingNearer = gap < Self.distance(other.centre, sphere.centre)
            return gap < Self.berth && isComingNearer && other.id != sphere.partner
        }
        if merging?.ids.contains(sphere.id) == true {
            sphere.centre = next
        } else if isOutside || isBlocked {
            sphere.direction = direction()
        } else {
            sphere.centre = next
        }
        if let partner = sphere.partner, merging == nil,
            let other = spheres.first(where: { $0.id == partner }),
            Self.distance(other.centre, sphere.centre) > Self.berth
        {
            sphere.partner = nil
        }
        spheres[index] = sphere
    }

    // MARK: - Events

    private mutating func happen() {
        for _ in 0..<8 {
            if agenda.isEmpty {
                agenda = Kind.allCases
                for index in agenda.indices.dropFirst() {
                    agenda.swapAt(index, Int(generator.next() % UInt64(index + 1)))
                }
            }
            let kind = agenda.removeFirst()
            let isPossible = kind == .birth || kind == .split ? spheres.count < 8 : spheres.count > 3
            guard isPossible else { continue }
            switch kind {
            case .birth:
                let place = freePlace()
                add(at: place, weight: 1)
                events.append(Event(kind: .birth, begins: records, ends: records, place: place))
            case .death:
                let gone = spheres.remove(at: Int(generator.next() % UInt64(spheres.count)))
                events.append(Event(kind: .death, begins: records, ends: records, place: gone.centre))
            case .split: split()
            case .merge: approach()
            }
            return
        }
    }

    /// The heaviest sphere becomes two, which part in opposite directions.
    private mutating func split() {
        guard let index = spheres.indices.max(by: { spheres[$0].weight < spheres[$1].weight }) else { return }
        let old = spheres.remove(at: index)
        let way = freeDirection(from: old.centre)
        let weight = max(0.7, old.weight / 2)
        let first = add(at: old.centre, weight: weight, direction: way)
        add(at: old.centre, weight: weight, direction: way.map { -$0 }, partner: first)
        spheres[spheres.count - 2].partner = first + 1
        // Apart from each other when a radius lies between their centres.
        let apart = Int(Self.radius / Self.step / 2)
        events.append(Event(kind: .split, begins: records, ends: records + apart, place: old.centre))
    }

    /// The direction in which both ways have the most room.
    private mutating func freeDirection(from centre: [Double]) -> [Double] {
        var best: (way: [Double], room: Double) = (direction(), -1)
        for _ in 0..<40 {
            let way = direction()
            var room = 1.0
            for side in [-1.0, 1.0] {
                let end = zip(centre, way).map { $0 + side * 2 * Self.radius * $1 }
                room = min(room, end.map { min($0, 1 - $0) }.min() ?? 0)
                room = min(room, (spheres.map { Self.distance($0.centre, end) }.min() ?? 1) - Self.radius)
            }
            if room > best.room { best = (way, room) }
        }
        return best.way
    }

    /// The two nearest spheres go towards each other.
    private mutating func approach() {
        var best: (Int, Int, Double)?
        for a in spheres.indices {
            for b in 0..<a {
                let gap = Self.distance(spheres[a].centre, spheres[b].centre)
                if gap < best?.2 ?? .infinity { best = (a, b, gap) }
            }
        }
        guard let (a, b, gap) = best, gap > 0 else { return }
        let way = zip(spheres[a].centre, spheres[b].centre).map { ($1 - $0) / gap }
        spheres[a].direction = way
        spheres[b].direction = way.map { -$0 }
        spheres[a].partner = spheres[b].id
        spheres[b].partner = spheres[a].id
        merging = ([spheres[a].id, spheres[b].id], -1)
    }

    /// Spheres that merge are one when their centres meet.
    private mutating func join() {
        guard var pair = merging,
            let a = spheres.firstIndex(where: { $0.id == pair.ids[0] }),
            let b = spheres.firstIndex(where: { $0.id == pair.ids[1] })
        else {
            merging = nil
            return
        }
        let gap = Self.distance(spheres[a].centre, spheres[b].centre)
        if pair.touched < 0, gap < 2 * Self.radius {
            pair.touched = records
            merging = pair
        }
        guard gap <= 2 * Self.step else { return }
        let place = spheres[a].centre
        let weight = min(1.5, spheres[a].weight + spheres[b].weight)
        for index in [a, b].sorted(by: >) { spheres.remove(at: index) }
        add(at: place, weight: weight)
        events.append(Event(kind: .merge, begins: pair.touched, ends: records, place: place))
        merging = nil
    }
}
