extension Settings {
    /// Keys of the section `space` for `kind: remote`.
    static let serverKeys: [SettingsKey] = [
        SettingsKey(
            "space.mask",
            .choice,
            \.space.mask,
            "`numbers` replaces numbers, dates, addresses, hexadecimal and unique ids by `0` before a model embeds a text: "
                + "lines of one template then share a vector, and the cache has it. Another mask is another space."
        ),
        SettingsKey(
            "space.url",
            ValueCodec.text("address").optional,
            \.space.url,
            "With `kind: remote`: the embedding server's root, or the path itself, such as http://localhost:8080. "
                + "`space.model` is the model's name there, `space.dimension` the length of its vectors (empty: what the "
                + "first answer has; a daemon then reads nothing before the server answers)."
        ),
        SettingsKey(
            "space.api",
            .choice,
            \.space.api,
            "`openai` is POST /v1/embeddings, `tei` is POST /embed of text-embeddings-inference; `auto` goes by the path, or "
                + "asks the server."
        ),
        SettingsKey("space.input", .choice, \.space.input, "What the server is sent: text, or images."),
        SettingsKey(
            "space.image",
            .choice,
            \.space.image,
            "How the server wants images. Records hold their bytes (`input.format: bytes`), base64 or a data URL."
        ),
        SettingsKey(
            "space.batch",
            .count(1...65_536),
            \.space.batch,
            "Most inputs in a request; where the server refuses so many, fewer are sent."
        ),
        SettingsKey(
            "space.concurrency",
            .count(1...1024),
            \.space.concurrency,
            "Most requests under way at a time."
        ),
        SettingsKey(
            "space.timeout",
            .duration(.milliseconds(10) ... .seconds(3600)),
            \.space.timeout,
            "The longest that a request may take, its answer included."
        ),
        SettingsKey(
            "space.retries",
            .integer(0...1000),
            \.space.retries,
            "Tries of a request, with growing waits between them, before the server counts as lost. The daemon and `pipe` "
                + "then wait for it without an end; other commands give up."
        ),
        SettingsKey(
            "space.api_key_file",
            ValueCodec.text("path").optional,
            \.space.apiKeyFile,
            "The file that holds the server's key, sent as a bearer token; a relative path is one of the systemd unit's "
                + "credentials."
        ),
    ]
}
