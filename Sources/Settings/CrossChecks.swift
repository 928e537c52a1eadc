/// Rules that hold between keys. A key that could not be read takes part in none.
struct CrossChecks {
    let settings: Settings
    let places: [String: SettingsPlace]
    let broken: Set<String>
    /// Where a missing key is missing.
    let whole: SettingsPlace
    var errors: [SettingsIssue] = []
    var warnings: [SettingsIssue] = []

    init(
        settings: Settings,
        places: [String: SettingsPlace],
        broken: Set<String>,
        whole: SettingsPlace
    ) {
        self.settings = settings
        self.places = places
        self.broken = broken
        self.whole = whole
    }

    mutating func run(for purpose: Settings.Purpose) {
        if purpose == .daemon {
            checkRequired()
            checkTimeouts()
            checkTopics()
            checkNamedFields()
        }
        checkEntity()
        checkSession(for: purpose)
        checkSpace()
        checkModelFolder()
        checkFlood()
        checkSizes()
        checkExposure()
    }

    private mutating func checkRequired() {
        let given: [(String, Bool)] = [
            ("application", settings.application != nil),
            ("kafka.bootstrap_servers", settings.kafka.bootstrapServers != nil),
            ("input.topics", !settings.input.topics.isEmpty),
        ]
        for (path, isThere) in given where !isThere && !broken.contains(path) {
            let key = Settings.keys.first { $0.path == path }
            errors.append(
                SettingsIssue(
                    place: places[path] ?? whole,
                    key: path,
                    found: "nothing",
                    expected: key?.expectation ?? "a value",
                    mend: "Set `\(path)`, or \(EnvironmentOverride.variable(of: path)) in the environment"
                )
            )
        }
    }

    private mutating func checkTimeouts() {
        let kafka = settings.kafka
        require(
            settings.pipeline.drainTimeout < kafka.sessionTimeout,
            ["pipeline.drain_timeout", "kafka.session_timeout"],
            "drain_timeout \(Units.text(of: settings.pipeline.drainTimeout)) with session_timeout "
                + Units.text(of: kafka.sessionTimeout),
            "a drain timeout below the session timeout",
            "A longer drain would outlive our membership: lower one or raise the other"
        )
        require(
            kafka.sessionTimeout < kafka.pollTimeout,
            ["kafka.session_timeout", "kafka.poll_timeout"],
            "session_timeout \(Units.text(of: kafka.sessionTimeout)) with poll_timeout "
                + Units.text(of: kafka.pollTimeout),
            "a session timeout below the poll timeout",
            "Raise kafka.poll_timeout or lower kafka.session_timeout"
        )
        require(
            kafka.transactionTimeout > settings.output.commitInterval * 2,
            ["kafka.transaction_timeout", "output.commit_interval"],
            "transaction_timeout \(Units.text(of: kafka.transactionTimeout)) with commit_interval "
                + Units.text(of: settings.output.commitInterval),
            "a transaction timeout of more than twice the commit interval",
            "Raise kafka.transaction_timeout or lower output.commit_interval"
        )
    }

    private mutating func checkTopics() {
        let application = settings.application ?? ""
        var owners: [String: String] = [:]
        for topic in settings.input.topics { owners[topic] = "input.topics" }
        var written = [("output.topic", settings.output.topic)]
        written.append(("output.dead_letter_topic", settings.output.deadLetterTopic ?? "\(application).dead-letter"))
        written.append(("output.events_topic", settings.output.eventsTopic ?? "\(application).events"))
        written.append(("application", "\(application).model"))
        written.append(("application", "\(application).deltas"))
        if settings.input.key == .entity { written.append(("application", "\(application).entities")) }
        if settings.space.kind == .session { written.append(("application", "\(application).sessions")) }
        for (path, topic) in written {
            if let other = owners[topic] {
                require(
                    false,
                    [path, other],
                    "the topic \"\(topic)\", which `\(other)` has too",
                    "a topic of its own",
                    other == "input.topics"
                        ? "The daemon would read what it writes: choose another name"
                        : "Choose another name for one of them"
                )
            }
            owners[topic] = path
        }
        if settings.output.onError != .deadLetter, places["output.dead_letter_topic"] != nil {
            warn(
                "output.dead_letter_topic",
                "a dead-letter topic with `on_error: \(settings.output.onError.rawValue)`",
                "`on_error: dead_letter`",
                "Nothing is written to it: remove it or change output.on_error"
            )
        }
    }

    private mutating func checkSizes() {
        let memory = settings.pipeline.memory
        require(
            memory >= 4 * settings.input.maximumRecord,
            ["pipeline.memory", "input.maximum_record"],
            "memory \(Units.text(ofSize: memory)) with maximum_record "
                + Units.text(ofSize: settings.input.maximumRecord),
            "memory for at least four of the largest records",
            "Raise pipeline.memory or lower input.maximum_record"
        )
        if let k = settings.recluster.k {
            require(
                k <= settings.clusters.maximum,
                ["recluster.k", "clusters.maximum"],
                "k \(k) with a maximum of \(settings.clusters.maximum) clusters",
                "k up to clusters.maximum",
                "Lower recluster.k or raise clusters.maximum"
            )
        }
    }

    private mutating func checkExposure() {
        if let listen = settings.http.listen, !listen.isLoopback {
            warn(
                "http.listen",
                "the address \(listen.host), which other machines can reach",
                "a loopback address",
                "The page shows record texts and asks no password: put a proxy with authentication before it"
            )
        }
        for name in KafkaSettings.sensitiveProperties.sorted()
        where settings.kafka.properties[name] != nil && !settings.kafka.secrets.contains(name) {
            warn(
                "kafka.properties",
                "the secret `\(name)` in the configuration itself",
                "`\(name)_file`",
                "Put the secret into a file of its own"
            )
        }
    }

    mutating func require(
        _ holds: Bool,
        _ paths: [String],
        _ found: String,
        _ expected: String,
        _ mend: String?
    ) {
        guard !holds, let first = paths.first, broken.isDisjoint(with: paths) else { return }
        // Shown where the file says something: at the first of the keys that is given.
        let place = paths.compactMap { places[$0] }.first ?? whole
        errors.append(SettingsIssue(place: place, key: first, found: found, expected: expected, mend: mend))
    }

    mutating func warn(_ path: String, _ found: String, _ expected: String, _ mend: String) {
        warnings.append(
            SettingsIssue(place: places[path] ?? whole, key: path, found: found, expected: expected, mend: mend)
        )
    }
}
