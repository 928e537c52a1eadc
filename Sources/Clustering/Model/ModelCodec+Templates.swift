import Templates

extension ModelCodec {
    /// The key of the hashes of names that templates know.
    static let namesKey = "names/0"
    /// The key of the templates' counts.
    static let countsKey = "counts/0"
}

extension [ModelEntry] {
    /// The entries that turn one stored book into another: templates that changed, tombstones for those that went.
    mutating func append(
        templatesFrom old: TemplateBook?,
        to new: TemplateBook?
    ) throws(ClusteringError) {
        guard let new else { return }
        for template in new.templates where old?.template(template.id)?.isStored(as: template) != true {
            try append(template, key: "template/\(template.id)")
        }
        for template in old?.templates ?? [] where new.template(template.id) == nil {
            append(ModelEntry(key: "template/\(template.id)", value: nil))
        }
        if old?.counts != new.counts { try append(new.counts, key: ModelCodec.countsKey) }
        if !new.nameHashes.isEmpty, old?.nameHashes.count != new.nameHashes.count {
            try append(new.nameHashes, key: ModelCodec.namesKey)
        }
    }

    mutating func append(_ value: some Encodable, key: String) throws(ClusteringError) {
        append(ModelEntry(key: key, value: try EntryFormat.encode(value, key: key)))
    }
}

extension ModelCodec.Parts {
    /// Reads an entry of the templates; false where it is something else's.
    mutating func readTemplates(
        _ kind: Substring,
        _ number: UInt64,
        _ key: String,
        _ value: [UInt8]
    ) throws(ClusteringError) -> Bool {
        switch kind {
        case "template":
            let template = try EntryFormat.decode(Template.self, from: value, key: key)
            guard UInt64(exactly: template.id) == number else { throw Self.misplaced(key) }
            templates.append(template)
        case "counts": counts = try EntryFormat.decode(TemplateBook.Counts.self, from: value, key: key)
        case "names": names = try EntryFormat.decode([UInt64].self, from: value, key: key)
        default: return false
        }
        return true
    }

    /// The book that the entries make up; nil where none was stored.
    func book(_ summary: TemplateBook.Summary?) throws(ClusteringError) -> TemplateBook? {
        guard let summary else {
            guard templates.isEmpty, names.isEmpty else {
                throw .storedModel(
                    "the stored model has templates, but its meta entry knows of none: versions are mixed"
                )
            }
            return nil
        }
        guard let book = TemplateBook(summary, templates: templates, counts: counts, nameHashes: names) else {
            throw .storedModel(
                "the stored model has \(templates.count) templates; its meta entry expects \(summary.templates) with ids"
                    + " below \(summary.nextID): entries are missing, damaged or left over"
            )
        }
        return book
    }
}
