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
        /// The documents (sessions) whose templates were counted; nil where none were.
        public var documents: Int?
    }

    /// What is stored beside the templates and the ``names``.
    public var summary: Summary {
        Summary(
            options: options,
            lines: lines,
            nextID: nextID,
            templates: templates.count,
            documents: documents > 0 ? documents : nil
        )
    }

    /// Hashes of words that stood where names of people and machines stand, in the order found.
    public var nameHashes: [UInt64] { names }

    /// What changes of templates with every line: a row for each, in order of id.
    public struct Counts: Sendable, Equatable, Codable {
        /// The templates' ids.
        public var ids: [Int] = []
        /// How many lines each had.
        public var lines: [Int] = []
        /// The number of the line that each was seen in last.
        public var lastLines: [UInt64] = []
        /// The decayed number of lines, as of the last.
        public var weights: [Double] = []
        /// How many documents (sessions) had each; nil where none were counted.
        public var documents: [Int]?

        /// No row.
        public init() {}

        var isRegular: Bool {
            ids.count == lines.count && ids.count == lastLines.count && ids.count == weights.count
                && (documents?.count ?? ids.count) == ids.count
        }
    }

    /// The counts of all templates.
    public var counts: Counts {
        var counts = Counts()
        counts.ids = templates.map(\.id)
        counts.lines = templates.map(\.lines)
        counts.lastLines = templates.map(\.lastLine)
        counts.weights = templates.map(\.weight)
        if documents > 0 { counts.documents = templates.map(\.documents) }
        return counts
    }

    /// A book as it was stored; it goes on as the first would have.
    ///
    /// - Returns: nil where the parts do not belong together.
    public init?(_ summary: Summary, templates: [Template], counts: Counts, nameHashes: [UInt64]) {
        self.init(options: summary.options)
        var ordered = templates.sorted { $0.id < $1.id }
        guard summary.templates == ordered.count, counts.isRegular, counts.ids == ordered.map(\.id),
            zip(ordered, ordered.dropFirst()).allSatisfy({ $0.id < $1.id }),
            ordered.allSatisfy({ $0.id > 0 && $0.id < summary.nextID })
        else { return nil }
        for index in ordered.indices {
            ordered[index].lines = counts.lines[index]
            ordered[index].lastLine = counts.lastLines[index]
            ordered[index].weight = counts.weights[index]
            ordered[index].documents = counts.documents?[index] ?? 0
        }
        (lines, nextID, names, self.templates) = (summary.lines, summary.nextID, nameHashes, ordered)
        documents = summary.documents ?? 0
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
