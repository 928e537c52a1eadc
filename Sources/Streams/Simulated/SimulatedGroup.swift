/// Which member of which generation speaks: what Kafka calls the consumer group metadata.
struct SimulatedMembership: Sendable, Equatable {
    var group: String
    var member: String
    var generation: Int
}

/// What the group coordinator keeps for one consumer group. Rebalances are eager: all members give everything up,
/// join again, and get a new range assignment when the last known member has joined.
struct SimulatedGroup: Sendable {
    struct Member: Sendable {
        var instanceID: String?
        var topics: [String]
        /// Whether it joined the rebalance in progress.
        var hasJoined: Bool
        var assignment: [TopicPartition] = []
        var lastSeen: Duration
    }

    /// What a member hears from the coordinator when it polls.
    enum Event: Sendable {
        case nothing
        /// A rebalance began: give up the partitions and join.
        case revoke
        /// The coordinator knows the member no more: its partitions are lost.
        case lost
        /// Another member took its instance id.
        case fenced
        case assigned([TopicPartition], committed: Offsets, generation: Int)
    }

    var generation = 0
    var isRebalancing = false
    var members: [String: Member] = [:]
    var committed: Offsets = [:]

    /// Adds a member; a known instance id takes the place of its former holder without a rebalance (KIP-345).
    mutating func join(_ id: String, instanceID: String?, topics: [String], now: Duration) {
        if let instanceID, let former = members.first(where: { $0.value.instanceID == instanceID }) {
            members.removeValue(forKey: former.key)
            var member = former.value
            member.lastSeen = now
            let sameTopics = member.topics == topics
            member.topics = topics
            member.hasJoined = isRebalancing
            members[id] = member
            if !sameTopics { begin(joined: id) }
            return
        }
        members[id] = Member(instanceID: instanceID, topics: topics, hasJoined: true, lastSeen: now)
        begin(joined: id)
    }

    /// Removes a member and begins a rebalance of the rest.
    mutating func leave(_ id: String) {
        guard members.removeValue(forKey: id) != nil else { return }
        if members.isEmpty {
            isRebalancing = false
            generation += 1
        } else {
            begin(joined: nil)
        }
    }

    /// Starts a rebalance; `joined` has already joined it.
    mutating func begin(joined: String?) {
        if !isRebalancing {
            isRebalancing = true
            for id in members.keys { members[id]?.hasJoined = false }
        }
        if let joined { members[joined]?.hasJoined = true }
    }

    /// Ends the rebalance once every member has joined.
    mutating func completeIfReady(partitionCounts: [String: Int]) {
        guard isRebalancing, !members.isEmpty, members.values.allSatisfy(\.hasJoined) else { return }
        isRebalancing = false
        generation += 1
        for id in members.keys { members[id]?.assignment = [] }
        for topic in Set(members.values.flatMap(\.topics)).sorted() {
            assignRange(of: topic, partitions: partitionCounts[topic] ?? 0)
        }
    }

    /// Kafka's range assignor: per topic, the subscribers in order get consecutive runs, the first ones one more.
    private mutating func assignRange(of topic: String, partitions: Int) {
        let subscribers = members.filter { $0.value.topics.contains(topic) }
            .sorted { ($0.value.instanceID ?? $0.key) < ($1.value.instanceID ?? $1.key) }.map(\.key)
        guard !subscribers.isEmpty else { return }
        let share = partitions / subscribers.count
        let extra = partitions % subscribers.count
        var next = 0
        for (index, id) in subscribers.enumerated() {
            let count = share + (index < extra ? 1 : 0)
            for partition in next..<(next + count) {
                members[id]?.assignment.append(TopicPartition(topic: topic, partition: Int32(partition)))
            }
            next += count
        }
    }
}

extension SimulatedCluster {
    /// JoinGroup of a new member; returns its id.
    mutating func join(_ group: String, instanceID: String?, topics: [String]) -> String {
        let id = (instanceID ?? "member") + "-" + String(format(identifier()))
        groups[group, default: SimulatedGroup()].join(id, instanceID: instanceID, topics: topics, now: now)
        complete(group)
        return id
    }

    /// JoinGroup of a member that has given up its partitions.
    mutating func rejoin(_ group: String, member: String) {
        groups[group]?.members[member]?.hasJoined = true
        complete(group)
    }

    /// LeaveGroup.
    mutating func leave(_ group: String, member: String) {
        groups[group]?.leave(member)
        complete(group)
    }

    /// Heartbeat: keeps the session alive and says what the member must do next.
    mutating func heartbeat(_ membership: SimulatedMembership, instanceID: String?) -> SimulatedGroup.Event {
        guard let group = groups[membership.group] else { return .lost }
        guard let member = group.members[membership.member] else {
            let taken = instanceID != nil && group.members.values.contains { $0.instanceID == instanceID }
            return taken ? .fenced : .lost
        }
        groups[membership.group]?.members[membership.member]?.lastSeen = now
        if group.isRebalancing { return member.hasJoined ? .nothing : .revoke }
        if group.generation == membership.generation { return .nothing }
        let committed = group.committed.filter { member.assignment.contains($0.key) }
        return .assigned(member.assignment, committed: committed, generation: group.generation)
    }

    /// Drops members whose session ran out.
    mutating func expireMembers(of name: String) {
        guard let group = groups[name] else { return }
        for id in group.members.keys.sorted() {
            if let member = group.members[id], now - member.lastSeen > options.sessionTimeout {
                groups[name]?.leave(id)
            }
        }
        complete(name)
    }

    /// A topic was created: groups that subscribed to it rebalance to get its partitions.
    mutating func topicAppeared(_ topic: String, in name: String) {
        guard groups[name]?.members.values.contains(where: { $0.topics.contains(topic) }) == true else { return }
        groups[name]?.begin(joined: nil)
    }

    /// Refuses a membership that is no longer current. Offsets may still be committed while a rebalance is being
    /// prepared: the old generation ends only when all have joined.
    func check(_ membership: SimulatedMembership, kind: StreamError.Class) throws(StreamError) {
        guard let group = groups[membership.group], group.members[membership.member] != nil else {
            throw StreamError(
                kind,
                code: "UNKNOWN_MEMBER_ID",
                "group \(membership.group) knows no member \(membership.member)"
            )
        }
        guard group.generation == membership.generation else {
            throw StreamError(
                kind,
                code: "ILLEGAL_GENERATION",
                "group \(membership.group) is at generation \(group.generation), not \(membership.generation)"
            )
        }
    }

    private mutating func complete(_ name: String) {
        groups[name]?.completeIfReady(partitionCounts: topics.mapValues(\.partitions.count))
    }

    /// Fixed width, so that members sort in the order in which they joined.
    private func format(_ number: Int64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
