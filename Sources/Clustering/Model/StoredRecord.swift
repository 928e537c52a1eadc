import Foundation

/// A record kept with its vector, in the sample or the nursery: immutable, so that copies of a model share it.
public final class StoredRecord: Sendable, Equatable, Codable {
    /// Its number in the stream, counting from 0.
    public let record: UInt64
    /// The decay clock, in half-lives, when it arrived.
    public let clock: Double
    /// Its rank in the reservoir: the lowest stay.
    public let priority: Double
    /// Its own time in milliseconds since 1970, when it has one.
    public let timestamp: Int64?
    /// Its vector, `d` elements.
    public let vector: [Float]
    /// The raw feature row, or the fast tier's vector (`r` elements), that the vector was made of; nil where it came ready
    /// made.
    public let row: [Float]?
    /// The deep vector, `d` elements, of a sampled record of a model of two tiers; nil elsewhere.
    public let deep: [Float]?
    /// Its text, redacted and cut at the configured length.
    public let text: String?

    init(
        record: UInt64,
        clock: Double,
        priority: Double,
        timestamp: Int64?,
        vector: [Float],
        row: [Float]? = nil,
        deep: [Float]? = nil,
        text: String?
    ) {
        self.record = record
        self.clock = clock
        self.priority = priority
        self.timestamp = timestamp
        self.vector = vector
        self.row = row
        self.deep = deep
        self.text = text
    }

    /// The same record with another vector, and with `deep` where that is given.
    func with(vector: [Float], deep: [Float]? = nil) -> StoredRecord {
        StoredRecord(
            record: record,
            clock: clock,
            priority: priority,
            timestamp: timestamp,
            vector: vector,
            row: row,
            deep: deep ?? self.deep,
            text: text
        )
    }

    /// The record as a model of the deep space alone has it; nil without a deep vector.
    var deepened: StoredRecord? {
        deep.map { deep in
            StoredRecord(
                record: record,
                clock: clock,
                priority: priority,
                timestamp: timestamp,
                vector: deep,
                text: text
            )
        }
    }

    /// Equal content. A vector that was made of a raw row is not looked at: it follows from the row, to the bit.
    public static func == (a: StoredRecord, b: StoredRecord) -> Bool {
        a === b
            || (a.record == b.record && a.clock == b.clock && a.priority == b.priority && a.timestamp == b.timestamp
                && a.text == b.text && a.deep == b.deep && hasEqualContent(a, b))
    }

    private static func hasEqualContent(_ a: StoredRecord, _ b: StoredRecord) -> Bool {
        guard let own = a.row, let other = b.row else { return a.row == nil && b.row == nil && a.vector == b.vector }
        // NaN, which stands for a missing value, is equal to itself here.
        return own.count == other.count && zip(own, other).allSatisfy { $0.bitPattern == $1.bitPattern }
    }

    private enum CodingKeys: String, CodingKey {
        case record, clock, priority, timestamp, vector, row, deep, text
    }

    /// Reads what `encode(to:)` wrote.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        record = try container.decode(UInt64.self, forKey: .record)
        clock = try container.decode(Double.self, forKey: .clock)
        priority = try container.decode(Double.self, forKey: .priority)
        timestamp = try container.decodeIfPresent(Int64.self, forKey: .timestamp)
        row = try container.decodeIfPresent(PackedVector.self, forKey: .row)?.elements
        vector = row == nil ? try container.decode(PackedVector.self, forKey: .vector).elements : []
        deep = try container.decodeIfPresent(PackedVector.self, forKey: .deep)?.elements
        text = try container.decodeIfPresent(String.self, forKey: .text)
    }

    /// Writes the vector as base64 of little-endian 32-bit floats; of a feature row that alone, because the model's
    /// encoding makes the vector of it again.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(record, forKey: .record)
        try container.encode(clock, forKey: .clock)
        try container.encode(priority, forKey: .priority)
        try container.encodeIfPresent(timestamp, forKey: .timestamp)
        if let row {
            try container.encode(PackedVector(elements: row), forKey: .row)
        } else {
            try container.encode(PackedVector(elements: vector), forKey: .vector)
        }
        try container.encodeIfPresent(deep.map(PackedVector.init), forKey: .deep)
        try container.encodeIfPresent(text, forKey: .text)
    }
}

/// A vector written as base64 of little-endian 32-bit floats: compact, and exact to the bit.
struct PackedVector: Codable, Equatable {
    var elements: [Float]

    init(elements: [Float]) {
        self.elements = elements
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let data = Data(base64Encoded: text), data.count % 4 == 0 else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "a vector must be base64 of 32-bit floats"
            )
        }
        elements = data.withUnsafeBytes { bytes in
            (0..<bytes.count / 4).map { index in
                let word = bytes.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)
                return Float(bitPattern: UInt32(littleEndian: word))
            }
        }
    }

    func encode(to encoder: any Encoder) throws {
        // A closure: a key path would cost more here than the base64 itself.
        let words = elements.map { $0.bitPattern.littleEndian }
        let text = words.withUnsafeBytes { Data($0).base64EncodedString() }
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
