// A template is stored without what changes with every line: that is stored for all together (``TemplateBook/Counts``).

extension Template: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, parts, changed, former
        case firstLine = "first"
    }

    /// A template without lines.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            id: try container.decode(Int.self, forKey: .id),
            parts: try container.decode([TemplatePart].self, forKey: .parts),
            line: try container.decode(UInt64.self, forKey: .firstLine)
        )
        changed = try container.decode(UInt64.self, forKey: .changed)
        former = try container.decodeIfPresent([Int].self, forKey: .former) ?? []
    }

    /// What changes seldom.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(parts, forKey: .parts)
        try container.encode(changed, forKey: .changed)
        try container.encode(firstLine, forKey: .firstLine)
        if !former.isEmpty { try container.encode(former, forKey: .former) }
    }

    /// Changes with all that is stored of the template itself.
    public var stamp: UInt64 {
        parts.reduce(changed) { stamp, part in
            guard let values = part.values else { return stamp }
            let words = values.entries.reduce(values.others) { $0 + $1.count }
            return LineHash.join(stamp, UInt64(truncatingIfNeeded: words))
        }
    }

    /// Whether both are stored alike.
    public func isStored(as other: Template) -> Bool {
        id == other.id && changed == other.changed && firstLine == other.firstLine && parts == other.parts
            && former == other.former
    }
}
