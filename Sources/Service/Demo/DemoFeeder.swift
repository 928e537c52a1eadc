import Foundation
import Streams
import Synchronization

/// Writes the demo's lines to the input topic, as fast as the daemon takes them or at a given rate.
///
/// The embedded broker keeps 5 MiB a partition and drops the oldest: the feeder never gets further ahead than that.
final class DemoFeeder: Sendable {
    private static let mostAhead = 8_000

    private let producer: any RecordProducer
    private let topic: String
    private let lines: DemoLines
    private let rate: Int?
    private let consumed: @Sendable () -> Int
    private let sent = Atomic(0)
    private let isDone = Atomic(false)
    private let isStopped = Atomic(false)

    /// `rate` is in lines per second; nil does not wait. `consumed` tells how many the daemon has taken.
    init(
        producer: any RecordProducer,
        topic: String,
        lines: DemoLines,
        rate: Int?,
        consumed: @escaping @Sendable () -> Int
    ) {
        self.producer = producer
        self.topic = topic
        self.lines = lines
        self.rate = rate
        self.consumed = consumed
    }

    /// Lines written so far; all of them, once ``isFinished``.
    var count: Int { sent.load(ordering: .acquiring) }
    /// Whether the last line was written.
    var isFinished: Bool { isDone.load(ordering: .acquiring) }

    func stop() { isStopped.store(true, ordering: .releasing) }

    /// Starts writing on a thread of its own; `limit` ends a generator.
    func start(limit: Int?) {
        let thread = Thread { [self] in
            try? feed(limit: limit)
            isDone.store(true, ordering: .releasing)
            producer.close()
        }
        thread.name = "centroidd.demo"
        thread.start()
    }

    private func feed(limit: Int?) throws(StreamError) {
        var generator = lines.generator
        let total = generator == nil ? lines.lines.count : limit ?? .max
        let started = Date()
        for index in 0..<total {
            if index % 100 == 0 {
                wait(for: index, since: started)
                if isStopped.load(ordering: .acquiring) { break }
            }
            let value = generator == nil ? lines.lines[index] : Array(generator?.next().utf8 ?? "".utf8)
            try producer.send(OutgoingRecord(topic: topic, partition: Int32(index % 4), value: value))
            sent.store(index + 1, ordering: .releasing)
        }
        try producer.flush()
    }

    private func wait(for index: Int, since started: Date) {
        if let rate {
            let due = started.addingTimeInterval(Double(index) / Double(rate))
            Thread.sleep(forTimeInterval: max(0, due.timeIntervalSinceNow))
        }
        while index - consumed() > Self.mostAhead, !isStopped.load(ordering: .acquiring) {
            Thread.sleep(forTimeInterval: 0.01)
        }
    }
}
