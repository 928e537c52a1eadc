import Streams

/// The plain log: what is written is read, by groups and as a whole.
extension RecordLogContract {
    func recordsComeBackWhole() throws {
        let log = try makeLog()
        let topic = try topic("whole", partitions: 3, on: log)
        let headers = [Header("a", [1, 0, 255]), Header("a", nil), Header("b", "text")]
        let sent = (0..<60).map { (index: Int) -> OutgoingRecord in
            let value: [UInt8]? = index % 10 == 3 ? nil : [UInt8(index), 0, 10]
            return OutgoingRecord(
                topic: topic,
                timestamp: 1_700_000_000_000 + Int64(index),
                key: Array("key-\(index % 7)".utf8),
                value: value,
                headers: index % 2 == 0 ? headers : []
            )
        }
        let producer = try log.makeProducer(transactionalID: nil)
        for record in sent { try producer.send(record) }
        try producer.flush()
        producer.close()
        var read: [Record] = []
        try log.readAll(topic: topic) { read.append($0) }
        try requireOrdered(read)
        try require(read.count == sent.count, "\(read.count) of \(sent.count) records came back")
        let byTime = read.sorted { ($0.timestamp ?? 0) < ($1.timestamp ?? 0) }
        for (record, original) in zip(byTime, sent) {
            try require(record.timestamp == original.timestamp, "timestamp \(String(describing: record.timestamp))")
            try require(record.key == original.key, "key of \(record.source)@\(record.offset) differs")
            try require(record.value == original.value, "value of \(record.source)@\(record.offset) differs")
            try require(record.headers == original.headers, "headers of \(record.source)@\(record.offset) differ")
        }
        for key in Set(read.map(\.key)) {
            let partitions = Set(read.filter { $0.key == key }.map(\.source))
            try require(partitions.count == 1, "a key is spread over \(partitions.count) partitions")
        }
    }

    func missingTopicsAreEmpty() throws {
        let log = try makeLog()
        let present = try topic("present", partitions: 2, on: log)
        let counts = try log.partitionCounts(of: [present])
        try require(counts == [present: 2], "partition counts are \(counts)")
        try require(try numbers(of: present, on: log).isEmpty, "a new topic is not empty")
        try require(try numbers(of: unique("absent"), on: log).isEmpty, "a missing topic is not empty")
    }

    func groupReadsEachRecordOnceInOrder() throws {
        let log = try makeLog()
        let topic = try topic("order", partitions: 4, on: log)
        try fill(topic, partitions: 4, count: 500, on: log)
        let consumer = try log.makeConsumer(group: unique("group"))
        let listener = RecordingListener()
        try consumer.subscribe(to: [topic], listener: listener)
        let records = try take(500, from: consumer)
        try requireOrdered(records)
        try require(records.map(number).sorted() == Array(0..<500), "\(records.count) records, not each once")
        try require(listener.held.count == 4, "\(listener.held.count) partitions held")
        consumer.close()
        try require(listener.held.isEmpty && listener.losses == 0, "close did not give the partitions up")
        consumer.close()
    }

    func committedOffsetsAreContinued() throws {
        let log = try makeLog()
        let topic = try topic("continue", partitions: 1, on: log)
        let group = unique("group")
        let source = TopicPartition(topic: topic, partition: 0)
        try fill(topic, partitions: 1, count: 20, on: log)
        let first = try log.makeConsumer(group: group)
        try first.subscribe(to: [topic], listener: RecordingListener())
        _ = try take(20, from: first)
        try first.commit([source: 15])
        first.close()
        let second = try log.makeConsumer(group: group)
        defer { second.close() }
        let listener = RecordingListener()
        try second.subscribe(to: [topic], listener: listener)
        let records = try take(5, from: second)
        try require(listener.committed == [source: 15], "committed offsets are \(listener.committed)")
        try require(records.map(number) == Array(15..<20), "read \(records.map(number)) after a commit at 15")
    }

    func listenerChoosesPositions() throws {
        let log = try makeLog()
        let topic = try topic("choose", partitions: 2, on: log)
        try fill(topic, partitions: 2, count: 20, on: log)
        let consumer = try log.makeConsumer(group: unique("group"))
        defer { consumer.close() }
        let listener = RecordingListener()
        listener.positions = [TopicPartition(topic: topic, partition: 1): 7]
        try consumer.subscribe(to: [topic], listener: listener)
        let records = try take(13, from: consumer)
        let offsets = records.filter { $0.source.partition == 1 }.map(\.offset)
        try require(offsets == [7, 8, 9], "partition 1 was read at \(offsets)")
        try require(records.count == 13, "\(records.count) records")
    }

    func seekRewindsAndPauseHolds() throws {
        let log = try makeLog()
        let topic = try topic("seek", partitions: 1, on: log)
        let source = TopicPartition(topic: topic, partition: 0)
        try fill(topic, partitions: 1, count: 50, on: log)
        let consumer = try log.makeConsumer(group: unique("group"))
        defer { consumer.close() }
        try consumer.subscribe(to: [topic], listener: RecordingListener())
        _ = try take(50, from: consumer)
        try consumer.seek(to: [source: 30])
        let again = try take(20, from: consumer)
        try require(again.map(\.offset) == Array(30..<50), "after seek(30): \(again.map(\.offset))")
        try consumer.pause()
        try consumer.seek(to: [source: 10])
        for _ in 0..<5 {
            let held = try consumer.poll(maximum: 100, maximumBytes: 1 << 20, timeout: .milliseconds(50)).records
            try require(held.isEmpty, "a paused consumer delivered \(held.count) records")
        }
        try consumer.resume()
        let resumed = try take(40, from: consumer)
        try require(resumed.map(\.offset) == Array(10..<50), "after resume: \(resumed.map(\.offset))")
    }

    func pollRespectsItsBounds() throws {
        let log = try makeLog()
        let topic = try topic("bounds", partitions: 1, on: log)
        try fill(topic, partitions: 1, count: 100, on: log)
        let consumer = try log.makeConsumer(group: unique("group"))
        defer { consumer.close() }
        try consumer.subscribe(to: [topic], listener: RecordingListener())
        var records: [Record] = []
        let deadline = ContinuousClock.now + patience
        while records.count < 60, ContinuousClock.now < deadline {
            let batch = try consumer.poll(maximum: 7, maximumBytes: 1 << 20, timeout: .milliseconds(50)).records
            try require(batch.count <= 7, "\(batch.count) records where at most 7 were asked for")
            records += batch
        }
        while records.count < 100, ContinuousClock.now < deadline {
            let batch = try consumer.poll(maximum: 100, maximumBytes: 1, timeout: .milliseconds(50)).records
            try require(batch.count <= 1, "\(batch.count) records where the ceiling of bytes allows one")
            records += batch
        }
        try requireOrdered(records)
        try require(records.count == 100, "\(records.count) records")
    }

    func endOffsetsAreHeard() throws {
        let log = try makeLog()
        let topic = try topic("ends", partitions: 2, on: log)
        try fill(topic, partitions: 2, count: 40, on: log)
        let consumer = try log.makeConsumer(group: unique("group"))
        defer { consumer.close() }
        try consumer.subscribe(to: [topic], listener: RecordingListener())
        _ = try take(40, from: consumer)
        let expected = Offsets(
            uniqueKeysWithValues: [0, 1].map { (TopicPartition(topic: topic, partition: $0), Int64(20)) }
        )
        try poll([consumer]) { consumer.endOffsets() == expected }
        try require(consumer.endOffsets() == expected, "ends are \(consumer.endOffsets())")
    }

    func membersShareThePartitions() throws {
        let log = try makeLog()
        let topic = try topic("share", partitions: 4, on: log)
        let group = unique("group")
        let (first, second) = (try log.makeConsumer(group: group), try makeLog().makeConsumer(group: group))
        let (one, two) = (RecordingListener(), RecordingListener())
        try first.subscribe(to: [topic], listener: one)
        try poll([first]) { one.held.count == 4 }
        try require(one.held.count == 4, "a lone member holds \(one.held.count) of 4 partitions")
        try second.subscribe(to: [topic], listener: two)
        try poll([first, second]) { one.held.count == 2 && two.held.count == 2 }
        try require(one.held.count == 2 && two.held.count == 2, "held \(one.held) and \(two.held)")
        try require(one.held.isDisjoint(with: two.held), "both hold \(one.held.intersection(two.held))")
        try require(one.revocations >= 1, "the first member was not told to give up")
        second.close()
        try poll([first]) { one.held.count == 4 }
        try require(one.held.count == 4, "after the other left, \(one.held.count) of 4 partitions are held")
        first.close()
    }
}
