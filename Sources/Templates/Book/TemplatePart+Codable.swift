// Templates are stored with short names and without what is as usual: there can be thousands.

extension TemplatePart {
    private enum CodingKeys: String, CodingKey {
        case kind = "k"
        case text = "t"
        case hash = "h"
        case isSpaced = "s"
        case head = "a"
        case tail = "z"
        case constant = "c"
        case place = "p"
        case key = "n"
        case isEchoed = "e"
        case isFrozen = "f"
        case values = "v"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(Kind.self, forKey: .kind)
        text = try container.decodeIfPresent(String.self, forKey: .text) ?? ""
        hash = try container.decodeIfPresent(UInt64.self, forKey: .hash) ?? LineToken.variableHash
        isSpaced = try container.decodeIfPresent(Bool.self, forKey: .isSpaced) ?? false
        head = try container.decodeIfPresent(Int.self, forKey: .head) ?? 0
        tail = try container.decodeIfPresent(Int.self, forKey: .tail) ?? 0
        constant = try container.decodeIfPresent(UInt64.self, forKey: .constant)
        place = try container.decodeIfPresent(ValuePlace.self, forKey: .place) ?? .none
        key = try container.decodeIfPresent(UInt64.self, forKey: .key) ?? 0
        isEchoed = try container.decodeIfPresent(Bool.self, forKey: .isEchoed) ?? false
        isFrozen = try container.decodeIfPresent(Bool.self, forKey: .isFrozen) ?? false
        values = try container.decodeIfPresent(ValueSketch.self, forKey: .values)
        guard (0...text.utf8.count).contains(head), (0...text.utf8.count - head).contains(tail) else {
            throw DecodingError.dataCorruptedError(
                forKey: .head,
                in: container,
                debugDescription: "the ends of \"\(text)\" cannot be \(head) and \(tail) bytes"
            )
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind, forKey: .kind)
        if !kind.isVariable {
            try container.encode(text, forKey: .text)
            try container.encode(hash, forKey: .hash)
        }
        if isSpaced { try container.encode(true, forKey: .isSpaced) }
        if head != 0 { try container.encode(head, forKey: .head) }
        if tail != 0 { try container.encode(tail, forKey: .tail) }
        try container.encodeIfPresent(constant, forKey: .constant)
        if place != .none { try container.encode(place, forKey: .place) }
        if key != 0 { try container.encode(key, forKey: .key) }
        if isEchoed { try container.encode(true, forKey: .isEchoed) }
        if isFrozen { try container.encode(true, forKey: .isFrozen) }
        try container.encodeIfPresent(values, forKey: .values)
    }
}
