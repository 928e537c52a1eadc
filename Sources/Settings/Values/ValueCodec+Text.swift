import Foundation

extension ValueCodec where Value == String {
    /// Any text but an empty one.
    static func text(_ noun: String = "text") -> Self {
        let expectation = noun == "text" ? "text" : "\(noun) as text"
        return ValueCodec(
            expectation: expectation,
            summary: noun,
            read: { node throws(ValueProblem) in
                guard let text = node.text, !text.isEmpty else {
                    let mend = node.scalar.flatMap { $0.isEmpty ? nil : "Put it in quotes: \"\($0)\"" }
                    throw ValueProblem(node, expected: expectation, mend: mend)
                }
                return text
            },
            write: quotedWhereNeeded,
            schema: .object([("type", .text("string")), ("minLength", .number(1))])
        )
    }

    /// A regular expression.
    static func expression(expected: String = "a regular expression") -> Self {
        ValueCodec(
            expectation: expected,
            summary: "a regular expression",
            read: { node throws(ValueProblem) in
                let pattern = try ValueCodec.text("a regular expression").read(node)
                guard (try? NSRegularExpression(pattern: pattern)) != nil else {
                    throw ValueProblem(
                        node,
                        expected: expected,
                        mend: "Put it in single quotes, and a backslash before each of its own brackets"
                    )
                }
                return pattern
            },
            write: ValueCodec.text().write,
            schema: .object([("type", .text("string")), ("minLength", .number(1))])
        )
    }

    /// Any text, an empty one (`""`) too.
    static var anyText: Self {
        ValueCodec(
            expectation: "text",
            summary: "text",
            read: { node throws(ValueProblem) in
                guard let text = node.text else {
                    let mend = node.scalar.map { "Put it in quotes: \"\($0)\"" } ?? "Write \"\" for an empty text"
                    throw ValueProblem(node, expected: "text", mend: mend)
                }
                return text
            },
            write: quotedWhereNeeded,
            schema: .object([("type", .text("string"))])
        )
    }

    /// A name that Kafka allows for a topic: at most 249 of letters, digits, `.`, `_` and `-`.
    static func topic(longest: Int = 249) -> Self {
        let expectation = "a name of at most \(longest) letters, digits, `.`, `_` and `-`"
        return ValueCodec(
            expectation: expectation,
            summary: "name (letters, digits, `.`, `_`, `-`; at most \(longest))",
            read: { node throws(ValueProblem) in
                let name = try ValueCodec.text("a name").read(node)
                let isLegal = name.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                        || [0x2d, 0x2e, 0x5f].contains(byte)
                }
                guard isLegal, name.utf8.count <= longest, name != ".", name != ".." else {
                    throw ValueProblem(node, expected: expectation)
                }
                return name
            },
            write: quotedWhereNeeded,
            schema: .pattern("^[A-Za-z0-9._-]{1,\(longest)}$")
        )
    }

    /// `host:port`, several separated by commas.
    static var servers: Self {
        let expectation = "`host:port`, several separated by commas"
        return ValueCodec(
            expectation: expectation,
            summary: "host:port, several separated by commas",
            read: { node throws(ValueProblem) in
                let text = try ValueCodec.text("host:port").read(node)
                for server in text.split(separator: ",", omittingEmptySubsequences: false) {
                    let name = server.drop { $0 == " " }
                    // librdkafka takes a protocol before, and 9092 for a missing port.
                    guard !name.isEmpty, !name.contains(where: \.isWhitespace) else {
                        throw ValueProblem(node, expected: expectation, found: "an empty server in \"\(text)\"")
                    }
                    if !name.hasSuffix("]"), let port = name.split(separator: ":").dropFirst().last,
                        !(UInt16(port).map { $0 > 0 } ?? false)
                    {
                        throw ValueProblem(node, expected: expectation, found: "the port \"\(port)\"")
                    }
                }
                return text
            },
            write: quotedWhereNeeded,
            schema: .object([("type", .text("string")), ("minLength", .number(1))])
        )
    }
}

extension ValueCodec where Value == [String] {
    /// A list of names, each once.
    static func names(_ element: ValueCodec<String>) -> Self {
        ValueCodec(
            expectation: "a list of names",
            summary: "list of names",
            read: { node throws(ValueProblem) in
                guard case .sequence(let nodes) = node.kind else {
                    let mend = node.text.map { "Write [\($0)]" }
                    throw ValueProblem(node, expected: "a list of names", mend: mend)
                }
                var names: [String] = []
                for node in nodes {
                    let name = try element.read(node)
                    guard !names.contains(name) else {
                        throw ValueProblem(node, expected: "each name once", found: "\"\(name)\" a second time")
                    }
                    names.append(name)
                }
                return names
            },
            write: { "[" + $0.joined(separator: ", ") + "]" },
            schema: .object([
                ("type", .text("array")), ("items", element.schema), ("uniqueItems", .boolean(true)),
            ])
        )
    }
}

extension ValueCodec where Value == [String: String] {
    /// A mapping of names to text, numbers or truth values, which are taken as text.
    static var properties: Self {
        ValueCodec(
            expectation: "a mapping of names to values",
            summary: "mapping of names to values",
            read: { node throws(ValueProblem) in
                guard case .mapping(let entries) = node.kind else {
                    throw ValueProblem(node, expected: "a mapping of names to values")
                }
                var properties: [String: String] = [:]
                for entry in entries {
                    guard let value = entry.value.scalar else {
                        throw ValueProblem(
                            entry.value,
                            expected: "text, a number or a truth value",
                            found: "\(entry.value.summary) for `\(entry.key)`"
                        )
                    }
                    properties[entry.key] = value
                }
                return properties
            },
            write: { properties in
                let pairs = properties.sorted { $0.key < $1.key }.map { "\($0.key): \(quotedWhereNeeded($0.value))" }
                return "{" + pairs.joined(separator: ", ") + "}"
            },
            schema: .object([
                ("type", .text("object")),
                (
                    "additionalProperties",
                    .object([("type", .array([.text("string"), .text("number"), .text("boolean")]))])
                ),
            ])
        )
    }
}

extension ValueCodec where Value == ListenAddress {
    /// `host:port`; an IPv6 address in brackets.
    static var address: Self {
        let expectation = "`host:port` with a port from 0 to 65535, such as 127.0.0.1:8080 or [::1]:8080"
        return ValueCodec(
            expectation: expectation,
            summary: "host:port, port 0 to 65535",
            read: { node throws(ValueProblem) in
                guard let text = node.text, let colon = text.lastIndex(of: ":"),
                    let port = UInt16(text[text.index(after: colon)...])
                else { throw ValueProblem(node, expected: expectation) }
                var host = text[..<colon]
                if host.hasPrefix("["), host.hasSuffix("]") {
                    host = host.dropFirst().dropLast()
                } else if host.contains(":") {
                    throw ValueProblem(node, expected: expectation, mend: "Put the IPv6 address in brackets")
                }
                guard !host.isEmpty, !host.contains(where: { $0.isWhitespace || $0 == "/" }) else {
                    throw ValueProblem(node, expected: expectation)
                }
                return ListenAddress(host: String(host), port: Int(port))
            },
            write: { $0.host.contains(":") ? "\"[\($0.host)]:\($0.port)\"" : "\($0.host):\($0.port)" },
            schema: .pattern("^(\\[[0-9a-fA-F:.]+\\]|[^:/ ]+):[0-9]{1,5}$")
        )
    }
}

/// Plain where YAML reads that as the same text.
private let quotedWhereNeeded: @Sendable (String) -> String = { text in
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-/:,".contains($0)) }
    let node = ConfigurationNode(kind: .scalar(text, .plain), place: .defaults)
    if plain, text.first?.isLetter == true || text.first == "/", !text.hasSuffix(":"), node.text == text { return text }
    return "\"" + text.map { $0 == "\\" || $0 == "\"" ? "\\\($0)" : String($0) }.joined() + "\""
}
