/// Who a transactional producer is: fenced as soon as the coordinator knows a higher epoch.
struct SimulatedIdentity: Sendable, Equatable {
    var transactionalID: String
    var producer: Int64
    var epoch: Int16
}

/// What the transaction coordinator keeps for one transactional id.
struct SimulatedTransaction: Sendable {
    enum Status: Sendable {
        case empty
        case ongoing
        case committed
        case aborted
    }

    var producer: Int64
    var epoch: Int16 = 0
    var status = Status.empty
    var partitions: Set<TopicPartition> = []
    /// Offsets sent to the transaction, by group; they count for the group only once committed.
    var offsets: [String: Offsets] = [:]
    var begunAt: Duration = .zero
}

extension SimulatedCluster {
    /// InitProducerId: settles what an earlier holder left open and fences it by the next epoch.
    mutating func initialize(_ transactionalID: String) -> SimulatedIdentity {
        if transactions[transactionalID]?.status == .ongoing { finish(transactionalID, committing: false) }
        var transaction = transactions[transactionalID] ?? SimulatedTransaction(producer: identifier(), epoch: -1)
        transaction.epoch += 1
        transaction.status = .empty
        transactions[transactionalID] = transaction
        return SimulatedIdentity(
            transactionalID: transactionalID,
            producer: transaction.producer,
            epoch: transaction.epoch
        )
    }

    /// AddPartitionsToTxn and Produce.
    mutating func append(_ record: OutgoingRecord, by identity: SimulatedIdentity) throws(StreamError) {
        try check(identity)
        let target = try append(record, producer: identity.producer)
        open(identity)
        transactions[identity.transactionalID]?.partitions.insert(target)
    }

    /// AddOffsetsToTxn and TxnOffsetCommit with the check of member and generation (KIP-447).
    mutating func add(
        _ offsets: Offsets,
        of membership: SimulatedMembership,
        by identity: SimulatedIdentity
    ) throws(StreamError) {
        try check(identity)
        open(identity)
        try check(membership, kind: .abortable)
        var pending = transactions[identity.transactionalID]?.offsets[membership.group] ?? [:]
        pending.merge(offsets) { $1 }
        transactions[identity.transactionalID]?.offsets[membership.group] = pending
    }

    /// EndTxn. The same end may be asked for again; the other one may not (INVALID_TXN_STATE).
    mutating func end(_ identity: SimulatedIdentity, committing: Bool) throws(StreamError) {
        try check(identity)
        let status = transactions[identity.transactionalID]?.status ?? .empty
        switch status {
        case .ongoing: finish(identity.transactionalID, committing: committing)
        case .committed where committing, .aborted where !committing, .empty: break
        case .committed, .aborted:
            throw StreamError(
                .fatal,
                code: "INVALID_TXN_STATE",
                "the transaction of \(identity.transactionalID) was already \(committing ? "aborted" : "committed")"
            )
        }
    }

    /// Aborts what is open for longer than the transaction timeout and fences its producer, as the coordinator does.
    mutating func expireTransactions() {
        for (id, transaction) in transactions
        where transaction.status == .ongoing && now - transaction.begunAt > options.transactionTimeout {
            finish(id, committing: false)
            transactions[id]?.epoch += 1
        }
    }

    private mutating func open(_ identity: SimulatedIdentity) {
        guard transactions[identity.transactionalID]?.status != .ongoing else { return }
        transactions[identity.transactionalID]?.status = .ongoing
        transactions[identity.transactionalID]?.begunAt = now
    }

    private func check(_ identity: SimulatedIdentity) throws(StreamError) {
        guard let transaction = transactions[identity.transactionalID], transaction.epoch == identity.epoch else {
            throw StreamError(
                .fenced,
                code: "_FENCED",
                "transactional id \(identity.transactionalID) was taken over by a newer producer, "
                    + "or its transaction timed out"
            )
        }
    }

    private mutating func finish(_ id: String, committing: Bool) {
        guard let transaction = transactions[id] else { return }
        let now = timestamp
        for target in transaction.partitions {
            topics[target.topic]?.partitions[Int(target.partition)]
                .mark(producer: transaction.producer, committed: committing, timestamp: now)
        }
        if committing {
            for (group, offsets) in transaction.offsets { groups[group]?.committed.merge(offsets) { $1 } }
        }
        transactions[id]?.partitions = []
        transactions[id]?.offsets = [:]
        transactions[id]?.status = committing ? .committed : .aborted
    }
}
