import Foundation
import Kernels

/// The log of a small service as it would be over some hours, with incidents planted in it: lines of a dozen kinds that
/// come at rates of their own, which rise and fall with the hour, by chance (Poisson) in every minute.
package struct PlantedLog {
    /// What is planted.
    package enum Incident: String, CaseIterable {
        /// A line of a kind that never was, a few times.
        case newError
        /// A usual line, far more often than usual.
        case burst
        /// A regular line that no longer comes.
        case silence
        /// A usual line that comes a little more often every minute, for hours.
        case drift
    }

    /// One line.
    package struct Line {
        /// Milliseconds since 1970.
        package var time: Int64
        package var text: String
        /// The incident that it is part of.
        package var incident: Incident?
    }

    /// The lines, in order of time.
    package private(set) var lines: [Line] = []
    /// For each incident the number of the line, counting from 0, from which on it can be seen: the first of its own; for
    /// a silence the first after ten expected ones have not come; for a drift the first at five times the usual rate.
    package private(set) var begins: [Incident: Int] = [:]

    /// The kind that falls silent, that bursts, and that drifts.
    private static let silent = 1
    private static let bursting = 4
    private static let drifting = 7
    /// Lines per minute of each kind.
    private static let rates = [12.0, 6, 6, 5, 4, 4, 3, 2, 2, 2, 1, 1]
    private static let start: Int64 = 1_709_251_200_000

    private var generator: SeededGenerator
    private var minute = 0

    /// - Parameters:
    ///   - seed: of everything that is drawn.
    ///   - quiet: minutes before the first incident, and between two.
    ///   - incidents: planted in this order.
    package init(seed: UInt64, quiet: (before: Int, between: Int), incidents: [Incident]) {
        generator = SeededGenerator(seed: SeededGenerator.mix(seed))
        run(minutes: quiet.before)
        for incident in incidents {
            plant(incident)
            run(minutes: quiet.between)
        }
    }

    private mutating func plant(_ incident: Incident) {
        switch incident {
        case .newError:
            begins[.newError] = lines.count
            for _ in 0..<3 {
                let at = Self.start + Int64(minute) * 60_000
                for second in 0..<2 {
                    let core = Int.random(in: 0...7, using: &generator)
                    lines.append(
                        Line(
                            time: at + Int64(second) * 1000,
                            text: "panic: unrecoverable machine check exception on core \(core), halting cpu",
                            incident: .newError
                        )
                    )
                }
                run(minutes: 1)
            }
        case .burst:
            begins[.burst] = lines.count
            run(minutes: 5, factors: [Self.bursting: 40], incident: .burst, of: Self.bursting)
        case .silence:
            run(minutes: 2, factors: [Self.silent: 0])
            begins[.silence] = lines.count
            run(minutes: 58, factors: [Self.silent: 0])
        case .drift:
            for step in 0..<180 {
                let factor = 1 + Double(step) / 10
                if factor >= 5, begins[.drift] == nil { begins[.drift] = lines.count }
                run(minutes: 1, factors: [Self.drifting: factor], incident: .drift, of: Self.drifting)
            }
        }
    }

    private mutating func run(
        minutes: Int,
        factors: [Int: Double] = [:],
        incident: Incident? = nil,
        of marked: Int? = nil
    ) {
        for _ in 0..<minutes {
            let season = 1 + 0.4 * sin(Double(minute) / 720 * .pi)
            var drawn: [Line] = []
            for (kind, rate) in Self.rates.enumerated() {
                for _ in 0..<poisson(rate * season * (factors[kind] ?? 1)) {
                    let time = Self.start + Int64(minute) * 60_000 + Int64.random(in: 0..<60_000, using: &generator)
                    drawn.append(Line(time: time, text: text(of: kind), incident: kind == marked ? incident : nil))
                }
            }
            lines += drawn.sorted { $0.time < $1.time }
            minute += 1
        }
    }

    private mutating func poisson(_ mean: Double) -> Int {
        // Knuth 1969: the number of uniform factors whose product stays above exp(-mean).
        var product = 1.0
        var count = -1
        repeat {
            product *= generator.nextUniform()
            count += 1
        } while product > exp(-mean)
        return count
    }

    private mutating func text(of kind: Int) -> String {
        func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
        return switch kind {
        case 0: "GET /api/v1/orders/\(number(1...90_000)) 200 in \(number(2...80)) ms"
        case 1: "heartbeat from worker \(number(1...8)) received, lag \(number(0...9))"
        case 2: "cache hit ratio \(number(70...99)) percent over \(number(100...900)) lookups"
        case 3: "user \(number(1000...9999)) logged in from 10.0.\(number(0...255)).\(number(1...254))"
        case 4: "retrying connection to database replica \(number(1...3)) after timeout"
        case 5: "scheduled job cleanup finished in \(number(100...900)) ms"
        case 6: "published batch of \(number(10...500)) messages to topic billing"
        case 7: "slow query took \(number(1000...9000)) ms on table invoices"
        case 8: "session \(number(10_000...99_999)) expired and was removed"
        case 9: "configuration reloaded from /etc/shop/config.yaml"
        case 10: "certificate for shop.example.net is valid for \(number(10...80)) days"
        default: "garbage collection paused threads for \(number(5...60)) ms"
        }
    }
}
