extension CrossChecks {
    private static let serverKeys = [
        "space.url", "space.api", "space.input", "space.image", "space.batch", "space.concurrency", "space.timeout",
        "space.retries", "space.api_key_file",
    ]

    mutating func checkRemote(_ space: SpaceSettings, _ input: InputSettings) {
        let isAddress = ["http://", "https://"].contains { space.url?.hasPrefix($0) == true }
        require(
            isAddress,
            ["space.url", "space.kind"],
            space.url.map { "`\($0)`" } ?? "nothing",
            "the address of a server, http:// or https://",
            "Set `space.url`, such as http://localhost:8080"
        )
        let formats: [InputSettings.Format] = space.input == .image ? [.bytes, .json, .text] : [.text, .json]
        require(
            formats.contains(input.format),
            ["input.format", "space.input", "space.kind"],
            "`\(input.format.rawValue)` with `space.input: \(space.input.rawValue)`",
            formats.map(\.rawValue).joined(separator: ", "),
            space.input == .image ? "Set `input.format: bytes`" : "Set `input.format: text`"
        )
        require(
            input.key != .entity,
            ["input.key", "space.kind"],
            "`entity` with `space.kind: remote`",
            "keep or drop",
            "Entities are clustered by figures: set `space.kind: features`"
        )
        let textKeys = space.input == .image ? ["space.mask", "space.prefix"] : []
        for path in ["space.maximum_tokens", "space.precision", "space.encoding"] + textKeys
        where places[path] != nil {
            warn(
                path,
                space.input == .image ? "a key that images do not use" : "a key that an embedding server does not use",
                "no such key for `space.kind: remote`",
                "Remove it"
            )
        }
        if space.apiKey != nil, space.url?.hasPrefix("http://") == true {
            warn(
                "space.url",
                "a key for a server without TLS",
                "an address that begins with https://",
                "Everybody on the way can read the key"
            )
        }
    }

    /// What means nothing without a server.
    mutating func checkServerKeys() {
        guard settings.space.kind != .remote else { return }
        for path in Self.serverKeys where places[path] != nil {
            let key = Settings.keys.first { $0.path == path }
            guard key != nil, !isDefault(path) else { continue }
            warn(path, "a key that nothing uses", "`space.kind: remote`", "Set the kind, or remove it")
        }
        require(
            settings.input.format != .bytes,
            ["input.format", "space.kind"],
            "`bytes` with `space.kind: \(settings.space.kind.rawValue)`",
            "text, json or vector",
            "Bytes are for images: set `space.kind: remote`"
        )
    }

    private func isDefault(_ path: String) -> Bool {
        let (space, other) = (settings.space, SpaceSettings())
        return switch path {
        case "space.url": space.url == other.url
        case "space.api": space.api == other.api
        case "space.input": space.input == other.input
        case "space.image": space.image == other.image
        case "space.batch": space.batch == other.batch
        case "space.concurrency": space.concurrency == other.concurrency
        case "space.timeout": space.timeout == other.timeout
        case "space.retries": space.retries == other.retries
        default: space.apiKeyFile == other.apiKeyFile
        }
    }
}
