extension CrossChecks {
    /// Rules of sessions; and that their keys are not used without them.
    mutating func checkSession(for purpose: Settings.Purpose) {
        let session = settings.session
        guard settings.space.kind == .session else {
            for path in Settings.sessionKeys.map(\.path) where places[path] != nil {
                warn(
                    path,
                    "a key that nothing uses",
                    "`space.kind: session`",
                    "Set `space.kind: session`, or remove it"
                )
            }
            return
        }
        require(
            session.field == nil || session.pattern == nil,
            ["session.field", "session.pattern"],
            "a field and a pattern",
            "one of the two",
            "Remove one: a session has one name"
        )
        require(
            settings.input.key != .entity,
            ["input.key", "space.kind"],
            "`input.key: entity` with `space.kind: session`",
            "keep or drop",
            "Set `input.key: keep`: sessions are grouped by `session.field`"
        )
        checkSessionWindows(session)
        if purpose != .table { checkSessionFields(session) }
        checkUnusedBySessions()
        if settings.input.topics.count > 1 {
            warn(
                "input.topics",
                "sessions of \(settings.input.topics.count) topics",
                "one topic",
                "Each topic has sessions of its own: the same name in two topics is two sessions"
            )
        }
    }

    private mutating func checkSessionWindows(_ session: SessionSettings) {
        guard session.window == .sliding else {
            if places["session.every"] != nil {
                warn("session.every", "a key that nothing uses", "`session.window: sliding`", "Remove it")
            }
            return
        }
        let text = "windows of \(Units.text(of: session.size)) every \(Units.text(of: session.every))"
        require(
            session.every <= session.size,
            ["session.every", "session.size"],
            text,
            "windows that leave nothing out",
            "Make `session.every` at most `session.size`"
        )
        require(
            session.every * 1000 >= session.size,
            ["session.every", "session.size"],
            text,
            "at most 1000 windows at a time",
            "Make `session.every` larger: every event is kept in all of them"
        )
    }

    private mutating func checkSessionFields(_ session: SessionSettings) {
        for (path, field) in [("session.field", session.field), ("session.time", session.time)] where field != nil {
            require(
                settings.input.format == .json,
                [path, "input.format"],
                "a field with `input.format: \(settings.input.format.rawValue)`",
                "json",
                "Set `input.format: json`, or remove `\(path)`"
            )
        }
    }

    private mutating func checkUnusedBySessions() {
        for path in ["space.model", "space.prefix", "space.mask", "space.precision", "space.maximum_tokens"]
        where places[path] != nil {
            warn(path, "a key that sessions do not use", "no such key for `space.kind: session`", "Remove it")
        }
    }
}
