import DequeModule

/// The states of one input partition's entities: bounded, and undone as a whole to where the last commit left them.
///
/// What is in it depends on the partition's events in their order alone, so that whoever restores it goes on as if there
/// had been no interruption. A value; the publisher owns it.
struct EntityTable: PartitionTable {
    /// What became of an event.
    struct Step: Sendable {
        /// The figures after it.
        var figures: [Double?]
        /// Whether the entity's vector is to teach the model.
        var teaches: Bool
        /// Whether the state had seen it before: it is read a second time.
        var isRepeated: Bool
        /// Whether another entity had to leave.
        var evicted: Bool
    }

    let options: EntityOptions
    private(set) var states: [Key: EntityState] = [:]
    /// Events so far that were taken in.
    private(set) var turn: UInt64 = 0
    /// The input offset that the committed states stand for; nil while nothing was committed.
    private(set) var covered: Int64?
    /// Events below this offset are in the restored states already; nil where reading goes on exactly after them.
    private var applied: Int64?
    /// The entities in order of activity, the oldest first; entries whose turn is not the entity's own any more are
    /// passed over.
    private var activity = Deque<(turn: UInt64, key: Key)>()
    /// What the entities touched since the last commit were then; nil: they were not there.
    private var undo: [Key: EntityState?] = [:]
    private var committedTurn: UInt64 = 0

    /// An empty table.
    init(_ options: EntityOptions) { self.options = options }

    /// A table of states that were stored.
    ///
    /// - Parameters:
    ///   - covered: the input offset that they stand for.
    ///   - start: where reading goes on.
    init(_ options: EntityOptions, states: [Key: EntityState], covered: Int64?, start: Int64?) {
        self.options = options
        self.states = states
        self.covered = start
        if let covered, covered > start ?? 0 { applied = covered }
        turn = states.values.reduce(0) { max($0, $1.turn) }
        committedTurn = turn
        rebuildActivity()
    }

    init?(_ options: EntityOptions, entries: [Key: [UInt8]], covered: Int64?, start: Int64?) {
        var states: [Key: EntityState] = [:]
        for (key, bytes) in entries {
            guard let state = EntityState(bytes: bytes, options) else { return nil }
            states[key] = state
        }
        self.init(options, states: states, covered: covered, start: start)
    }

    var count: Int { states.count }

    /// Entities that changed since the last commit, the least recently active first, then those that left.
    var entries: [(key: Key, value: [UInt8]?)] { changes.map { ($0.key, $0.state?.bytes) } }

    /// Takes an event in; the caller undoes it with ``withdraw(_:to:)`` where its figures turn out to be unusable.
    mutating func apply(_ event: EntityEvent, offset: Int64) -> Step {
        let known = states[event.key]
        if let applied {
            if offset >= applied {
                self.applied = nil
            } else if let known {
                return Step(
                    figures: known.figures(at: event.time, options),
                    teaches: false,
                    isRepeated: true,
                    evicted: false
                )
            }
        }
        var evicted = false
        if known == nil, states.count >= max(1, options.capacity) { evicted = evict() }
        remember(event.key)
        var state = known ?? EntityState(options)
        state.update(event, options)
        turn += 1
        state.turn = turn
        // Once a round: at its first event, then as soon as there were as many events as there are entities. So an
        // entity weighs about the same in the model whether it has few events or many.
        let teaches = state.taught == 0 || turn - state.taught >= UInt64(states.count)
        if teaches { state.taught = turn }
        states[event.key] = state
        activity.append((turn, event.key))
        if activity.count > 2 * states.count + 64 { dropStaleActivity() }
        return Step(
            figures: state.figures(at: event.time, options),
            teaches: teaches,
            isRepeated: false,
            evicted: evicted
        )
    }

    /// What is known of an entity.
    subscript(_ key: Key) -> EntityState? { states[key] }

    /// Takes the event that was applied last back: its entity is again what it was before. What had to leave for it
    /// stays away.
    mutating func withdraw(_ key: Key, to state: EntityState?) {
        states[key] = state
        turn -= 1
        rebuildActivity()
    }

    /// The cluster that is published of an entity from now on.
    mutating func publish(_ cluster: Int?, of key: Key) {
        guard states[key] != nil else { return }
        remember(key)
        states[key]?.published = cluster
    }

    /// The log went back: offsets say nothing any more about what was taken in.
    mutating func forgetOffsets() { applied = nil }

    // MARK: Transactions

    /// Entities that changed since the last commit, the least recently active first, then those that left.
    var changes: [(key: Key, state: EntityState?)] {
        undo.keys.map { (key: $0, state: states[$0]) }.sorted { left, right in
            switch (left.state, right.state) {
            case (let left?, let right?): left.turn < right.turn
            case (nil, nil): left.key.lexicographicallyPrecedes(right.key)
            case (let first, _): first != nil
            }
        }
    }

    /// What changed is what a rollback returns to from now on.
    mutating func commit(covered offset: Int64?) {
        undo = [:]
        committedTurn = turn
        covered = offset ?? covered
    }

    /// Back to the last commit.
    mutating func rollBack() {
        guard !undo.isEmpty || turn != committedTurn else { return }
        for (key, state) in undo { states[key] = state }
        undo = [:]
        turn = committedTurn
        rebuildActivity()
    }

    private mutating func remember(_ key: Key) {
        if undo[key] == nil { undo.updateValue(states[key], forKey: key) }
    }

    /// Removes the entity that was active least recently.
    private mutating func evict() -> Bool {
        while let oldest = activity.popFirst() {
            guard states[oldest.key]?.turn == oldest.turn else { continue }
            remember(oldest.key)
            states[oldest.key] = nil
            return true
        }
        return false
    }

    private mutating func dropStaleActivity() {
        activity = Deque(activity.filter { states[$0.key]?.turn == $0.turn })
    }

    private mutating func rebuildActivity() {
        activity = Deque(states.map { (turn: $0.value.turn, key: $0.key) }.sorted { $0.turn < $1.turn })
    }
}
