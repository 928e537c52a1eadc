import Yams

extension ConfigurationNode {
    /// Makes a place of a line and a column, which count from 1 and are nil for the whole.
    typealias Place = (_ line: Int?, _ column: Int?) -> SettingsPlace

    /// Parses YAML; nil where there is nothing in it.
    init?(yaml: String, place: Place) throws(SettingsError) {
        do {
            guard let root = try Yams.compose(yaml: yaml) else { return nil }
            var budget = Self.largest
            try self.init(root, place, &budget)
        } catch let error as SettingsError {
            throw error
        } catch {
            throw Self.syntaxError(error, place)
        }
    }

    /// Far more values than any configuration has. Aliases of aliases multiply, so a short file can hold more.
    private static let largest = 10_000

    private init(_ node: Node, _ place: Place, _ budget: inout Int) throws(SettingsError) {
        budget -= 1
        guard budget > 0 else {
            throw SettingsError([
                SettingsIssue(
                    place: place(node.mark?.line, node.mark?.column),
                    key: "",
                    found: "more than \(Self.largest) values, aliases counted out",
                    expected: "a configuration file"
                )
            ])
        }
        self.place = place(node.mark?.line, node.mark?.column)
        switch node {
        case .scalar(let scalar):
            kind = .scalar(scalar.string, scalar.style == .plain ? .plain : .quoted)
        case .sequence(let sequence):
            var nodes: [ConfigurationNode] = []
            for node in sequence { nodes.append(try ConfigurationNode(node, place, &budget)) }
            kind = .sequence(nodes)
        case .mapping(let mapping):
            var entries: [Entry] = []
            for (key, value) in mapping {
                entries.append(
                    Entry(
                        key: key.scalar?.string ?? "(a key that is not a word)",
                        place: place(key.mark?.line, key.mark?.column),
                        value: try ConfigurationNode(value, place, &budget)
                    )
                )
            }
            kind = .mapping(entries)
        case .alias(let alias):
            kind = .scalar("*\(alias.anchor.rawValue)", .plain)
        }
    }

    private static func syntaxError(_ error: any Error, _ place: Place) -> SettingsError {
        var issue = SettingsIssue(place: place(nil, nil), key: "", found: "\(error)", expected: "YAML")
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            issue.place = place(mark.line, mark.column)
            issue.found = "a syntax error: \(problem)" + (context.map { " (\($0.text))" } ?? "")
            issue.mend = "Check the indentation, and the colons, brackets and quotes of this line and the one before"
        case .reader(let problem, _, _, _):
            issue.found = "characters that YAML does not allow: \(problem)"
            issue.mend = "Save the file as UTF-8 without control characters"
        case .duplicatedKeysInMapping(let duplicates, let context):
            issue.place = place(context.mark.line, context.mark.column)
            issue.key = duplicates.joined(separator: ", ")
            issue.found = "the same key more than once (first here)"
            issue.expected = "each key once"
            issue.mend = "Keep one of them"
        default: break
        }
        return SettingsError([issue])
    }
}
