import Foundation
import Kernels

/// Seeded log traffic of a small web shop, with faults planted in it, for machines that have no logs of their own.
///
/// Most lines come from everyday templates in skewed proportions; every few thousand records an incident begins, in
/// which a fault's lines are mixed in for a while.
public struct LogGenerator: Sendable {
    private typealias Template = @Sendable (inout SeededGenerator) -> String

    private static let incidentPeriod = 4_000
    private static let incidentLength = 60

    private var random: SeededGenerator
    private var count = 0

    /// Traffic that is the same for the same seed.
    public init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// The next line.
    public mutating func next() -> String {
        count += 1
        let phase = count % Self.incidentPeriod
        let incident = count / Self.incidentPeriod
        if incident > 0, phase < Self.incidentLength, Int.random(in: 0..<3, using: &random) == 0 {
            return Self.faults[(incident - 1) % Self.faults.count](&random)
        }
        // Squaring skews the choice: the first templates are common, the last are rare.
        let draw = random.nextUniform()
        let template = Self.everyday[Int(draw * draw * Double(Self.everyday.count))]
        return template(&random)
    }

    private static func number(_ range: Range<Int>, _ random: inout SeededGenerator) -> Int {
        Int.random(in: range, using: &random)
    }

    private static func address(_ random: inout SeededGenerator) -> String {
        "10.\(number(0..<4, &random)).\(number(0..<256, &random)).\(number(1..<255, &random))"
    }

    private static func hex(_ random: inout SeededGenerator) -> String {
        String(random.next() & 0xffff_ffff, radix: 16)
    }

    private static func pick(_ choices: [String], _ random: inout SeededGenerator) -> String {
        choices[number(0..<choices.count, &random)]
    }

    private static let everyday: [Template] = [
        { r in
            let path = pick(["/", "/cart", "/search?q=shoes", "/products/\(number(1..<9000, &r))", "/login"], &r)
            return
                "nginx: \(address(&r)) \"GET \(path) HTTP/1.1\" 200 \(number(200..<90000, &r)) \(number(1..<90, &r))ms"
        },
        { r in
            "checkout: order \(number(10000..<999999, &r)) placed by user \(number(1..<50000, &r)), total \(number(5..<900, &r)).\(number(10..<99, &r)) EUR"
        },
        { r in
            "postgres: checkpoint complete: wrote \(number(10..<4000, &r)) buffers; write=\(number(1..<60, &r)).\(number(100..<999, &r)) s"
        },
        { r in
            "sshd[\(number(300..<32000, &r))]: Accepted publickey for deploy from \(address(&r)) port \(number(1024..<65000, &r)) ssh2"
        },
        { r in
            "payment: authorised card ending \(number(1000..<9999, &r)) for order \(number(10000..<999999, &r)) in \(number(80..<400, &r)) ms"
        },
        { r in "cron[\(number(300..<32000, &r))]: (root) CMD (run-parts /etc/cron.hourly)" },
        { r in "redis: \(number(1..<9000, &r)) changes in 300 seconds. Saving..." },
        { r in "systemd[1]: Started Session \(number(1..<9000, &r)) of user deploy." },
        { r in
            "search: reindexed \(number(100..<9000, &r)) products in \(number(2..<60, &r)) s (shard \(number(0..<8, &r)))"
        },
        { r in "mailer: delivered receipt \(hex(&r)) to user \(number(1..<50000, &r))" },
        { r in
            "sshd[\(number(300..<32000, &r))]: Failed password for invalid user \(pick(["admin", "oracle", "test"], &r)) from \(address(&r)) port \(number(1024..<65000, &r)) ssh2"
        },
        { r in
            "kernel: [\(number(1000..<999999, &r)).\(number(100000..<999999, &r))] eth0: link up, 10000 Mbps, full duplex"
        },
    ]

    private static let faults: [Template] = [
        { r in
            "payment: ERROR provider timeout after \(number(5000..<9000, &r)) ms, order \(number(10000..<999999, &r)) kept for retry"
        },
        { r in
            "kernel: [\(number(1000..<999999, &r)).\(number(100000..<999999, &r))] Out of memory: Killed process \(number(300..<32000, &r)) (java) total-vm:\(number(4000000..<9000000, &r))kB"
        },
        { r in "postgres: FATAL: remaining connection slots are reserved for superuser connections" },
        { r in "disk: /dev/sda1 read error at sector \(number(1..<900000000, &r)): medium error, unrecovered" },
        { r in
            "nginx: upstream certificate verify failed: certificate has expired while SSL handshaking to upstream \(address(&r))"
        },
    ]
}
