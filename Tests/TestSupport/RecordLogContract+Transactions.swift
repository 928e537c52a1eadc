import Streams

/// Transactions: all or nothing, for records and offsets alike, and only by the newest holder.
extension RecordLogContract {
    func transactionsCommitAndGoOn() throws {
        let log = try makeLog()
        let topic = try topic("commit", partitions: 2, on: log)
        let producer = try log.makeProducer(transactionalID: unique("tx"))
        defer { producer.close() }
        try producer.initializeTransactions()
        for round in 0..<3 {
            try producer.begin()
            for value in round * 10..<(round + 1) * 10 { try producer.send(record(value, topic, 2)) }
            try producer.commit()
        }
        // A transaction that holds nothing is no error, whichever way it ends.
        try producer.begin()
        try producer.commit()
        try producer.begin()
        try producer.abort()
        let read = try numbers(of: topic, on: log)
        try require(read.sorted() == Array(0..<30), "read \(read.sorted())")
    }

    func abortedRecordsAreInvisible() throws {
        let log = try makeLog()
        let topic = try topic("abort", partitions: 2, on: log)
        let producer = try log.makeProducer(transactionalID: unique("tx"))
        defer { producer.close() }
        try producer.initializeTransactions()
        for round in 0..<4 {
            try producer.begin()
            for value in round * 10..<(round + 1) * 10 { try producer.send(record(value, topic, 2)) }
            if round == 1 { try producer.flush() }
            if round % 2 == 0 { try producer.commit() } else { try producer.abort() }
        }
        let read = try numbers(of: topic, on: log)
        try require(read.sorted() == Array(0..<10) + Array(20..<30), "read \(read.sorted())")

        try producer.begin()
        try producer.send(record(99, topic, 2))
        try producer.flush()
        try require(try !numbers(of: topic, on: log).contains(99), "a record of an open transaction was read")
        try producer.commit()
        try require(try numbers(of: topic, on: log).contains(99), "a committed record was not read")
    }

    func abortedOffsetsAreForgotten() throws {
        let log = try makeLog()
        let topic = try topic("offsets", partitions: 1, on: log)
        let source = TopicPartition(topic: topic, partition: 0)
        let group = unique("group")
        try fill(topic, partitions: 1, count: 20, on: log)
        let producer = try log.makeProducer(transactionalID: unique("tx"))
        defer { producer.close() }
        try producer.initializeTransactions()
        let first = try log.makeConsumer(group: group)
        try first.subscribe(to: [topic], listener: RecordingListener())
        _ = try take(20, from: first)
        for (offset, commits) in [(Int64(5), true), (Int64(12), false)] {
            try producer.begin()
            try producer.sendOffsets([source: offset], of: first)
            if commits { try producer.commit() } else { try producer.abort() }
        }
        first.close()
        let second = try log.makeConsumer(group: group)
        defer { second.close() }
        let listener = RecordingListener()
        try second.subscribe(to: [topic], listener: listener)
        let records = try take(15, from: second)
        try require(listener.committed == [source: 5], "committed offsets are \(listener.committed)")
        try require(records.first?.offset == 5, "began at \(records.first?.offset ?? -1)")
    }

    func newerProducerFencesOlder() throws {
        let log = try makeLog()
        let topic = try topic("fence", partitions: 1, on: log)
        let id = unique("tx")
        let old = try log.makeProducer(transactionalID: id)
        defer { old.close() }
        try old.initializeTransactions()
        try old.begin()
        try old.send(record(1, topic))
        try old.flush()
        let new = try makeLog().makeProducer(transactionalID: id)
        defer { new.close() }
        try new.initializeTransactions()
        do {
            try old.send(record(2, topic))
            try old.commit()
            throw Violation(description: "a fenced producer committed")
        } catch let error as StreamError {
            try require(error.kind == .fenced, "the older producer met \(error)")
        }
        try new.begin()
        try new.send(record(3, topic))
        try new.commit()
        let read = try numbers(of: topic, on: log)
        try require(read == [3], "read \(read)")
    }

    func staleMembersCannotCommit() throws {
        let log = try makeLog()
        let topic = try topic("stale", partitions: 2, on: log)
        let source = TopicPartition(topic: topic, partition: 0)
        let group = unique("group")
        let member = try log.makeConsumer(group: group)
        let listener = RecordingListener()
        try member.subscribe(to: [topic], listener: listener)
        try poll([member]) { listener.held.count == 2 }
        let producer = try log.makeProducer(transactionalID: unique("tx"))
        defer { producer.close() }
        try producer.initializeTransactions()
        // Inside the revocation the old generation may still commit: that is what it is for.
        var lastWords: (any Error)?
        listener.onRevoke = {
            do {
                try producer.begin()
                try producer.sendOffsets([source: 1], of: member)
                try producer.commit()
            } catch {
                lastWords = error
            }
        }
        let other = try makeLog().makeConsumer(group: group)
        try other.subscribe(to: [topic], listener: RecordingListener())
        try poll([member, other]) { listener.assignments == 2 }
        listener.onRevoke = nil
        try require(lastWords == nil, "the commit inside the revocation failed: \(String(describing: lastWords))")
        member.close()
        other.close()
        try producer.begin()
        do {
            try producer.sendOffsets([source: 2], of: member)
            throw Violation(description: "a member that has left sent offsets")
        } catch let error as StreamError {
            try require(error.kind == .abortable || error.kind == .fatal, "a member that has left met \(error)")
        }
    }
}
