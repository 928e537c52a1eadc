extension TemplateBook {
    /// What is stored of a book beside its templates.
    public struct Summary: Sendable, Equatable, Codable {
        /// How its templates were mined.
        public var options: TemplateOptions
        /// The lines seen.
        public var lines: UInt64
        /// The id that the next template gets.
        public var nextID: Int
        /// How many templates there are.
        public var templates: Int
    }

    /// What is stored beside the templates and the ``names``.
    public var summary: Summary {
        Summary(options: options, lines: lines, nextID: nextID, templates: templates.count)
    }

    /// Hashes of words that stood where names of people and machines stand, in the order found.
    public var nameHashes: [UInt64] { names }

    /// A book as it was stored; it goes on as the first would have.
    ///
    /// - Returns: nil where the parts do not belong together.
    public init?(_ summary: Summary, templates: [Template], nameHashes: [UInt64]) {
        self.init(options: summary.options)
        let ordered = templates.sorted { $0.id < $1.id }
        guard summary.templates == ordered.count, zip(ordered, ordered.dropFirst()).allSatisfy({ $0.id < $1.id }),
            ordered.allSatisfy({ $0.id > 0 && $0.id < summary.nextID && !$0.parts.isEmpty || $0.text.isEmpty })
        else { return nil }
        (lines, nextID, names, self.templates) = (summary.lines, summary.nextID, nameHashes, ordered)
        knownNames = Set(nameHashes)
        rebuild()
    }
}

extension TemplateBook: Equatable {
    /// Whether both hold the same templates and will give the same ids to the same lines.
    public static func == (a: TemplateBook, b: TemplateBook) -> Bool {
        a.summary == b.summary && a.names == b.names && a.templates == b.templates
    }
}
