import Foundation

/// A memory-mapped file of tensors in the safetensors format: eight bytes of header length, a JSON header that gives
/// every tensor's type, shape and place, and the elements (huggingface/safetensors, README, "Format").
///
/// Nothing in the file is trusted: the header is checked against the file's size before any element is touched.
struct Safetensors {
    /// Where one tensor lies and what it is.
    struct Entry: Decodable {
        var dtype: String
        var shape: [Int]
        /// Offsets of the first byte and of the byte after the last, counted from the end of the header.
        var dataOffsets: [Int]

        private enum CodingKeys: String, CodingKey {
            case dtype, shape
            case dataOffsets = "data_offsets"
        }
    }

    /// The path, for messages.
    let path: String
    let data: Data
    private let entries: [String: Entry]
    /// The offset of the first element in the file.
    private let start: Int

    private static let mend = "Fetch the model again: the file is damaged or was not downloaded whole"

    init(path: String, data: Data) throws(EmbeddingError) {
        self.path = path
        self.data = data
        func damaged(_ problem: String) -> EmbeddingError {
            EmbeddingError(place: path, problem: problem, mend: Self.mend)
        }
        guard data.count >= 8 else { throw damaged("the file has \(data.count) bytes, which is no safetensors file") }
        let length = data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << UInt64(8 * $1.offset) }
        guard length <= UInt64(data.count - 8), length <= 100_000_000 else {
            throw damaged("the header would be \(length) bytes long, but the file has \(data.count) bytes")
        }
        start = 8 + Int(length)
        do {
            entries = try JSONDecoder().decode(Header.self, from: data.subdata(in: 8..<start)).tensors
        } catch {
            throw damaged("the header is not the JSON of a safetensors file")
        }
        try check()
    }

    /// The header's object without `__metadata__`, which is no tensor.
    private struct Header: Decodable {
        struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }
        var tensors: [String: Entry] = [:]

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for name in container.allKeys where name.stringValue != "__metadata__" {
                tensors[name.stringValue] = try container.decode(Entry.self, forKey: name)
            }
        }
    }

    private func check() throws(EmbeddingError) {
        var reached = 0
        for (name, entry) in entries.sorted(by: {
            ($0.value.dataOffsets.first ?? 0) < ($1.value.dataOffsets.first ?? 0)
        }) {
            func damaged(_ problem: String) -> EmbeddingError {
                EmbeddingError(place: path, problem: "the tensor \(name) \(problem)", mend: Self.mend)
            }
            let offsets = entry.dataOffsets
            guard offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1] else {
                throw damaged("has no valid offsets")
            }
            guard offsets[1] <= data.count - start else {
                throw damaged(
                    "ends at byte \(UInt64(start) + UInt64(offsets[1])), but the file has \(data.count) bytes"
                )
            }
            guard offsets[0] >= reached else { throw damaged("overlaps another tensor") }
            reached = offsets[1]
            guard let width = Self.widths[entry.dtype] else { continue }
            var bytes = width
            for extent in entry.shape {
                let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else { throw damaged("has an impossible shape \(entry.shape)") }
                bytes = product
            }
            guard bytes == offsets[1] - offsets[0] else {
                throw damaged("of shape \(entry.shape) takes \(offsets[1] - offsets[0]) bytes instead of \(bytes)")
            }
        }
    }

    /// The bytes of an element of the types that are read.
    private static let widths = ["F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I8": 1]
    /// The types of a transformer's weights.
    static let weightTypes: Set = ["F32", "F16", "BF16"]
    /// All types that can be read; whole numbers are exact up to 2²⁴.
    static let allTypes = Set(widths.keys)

    /// Whether there is a tensor of this name.
    func contains(_ name: String) -> Bool {
        entries[name] != nil
    }

    /// The first name, in alphabetical order, that ends so.
    func name(endingIn suffix: String) -> String? {
        entries.keys.filter { $0.hasSuffix(suffix) }.min()
    }

    /// The place in the file of a tensor that must have this shape and one of the types read.
    private func locate(
        _ name: String,
        shape: [Int],
        types: Set<String>
    ) throws(EmbeddingError) -> (entry: Entry, range: Range<Int>) {
        func unfit(_ problem: String) -> EmbeddingError {
            EmbeddingError(
                place: path,
                problem: "the tensor \(name) \(problem)",
                mend: "Use a BERT-family model whose config.json belongs to this file"
            )
        }
        guard let entry = entries[name] else { throw unfit("is missing") }
        guard types.contains(entry.dtype) else {
            throw unfit("is of type \(entry.dtype); \(types.sorted().joined(separator: ", ")) are supported")
        }
        guard entry.shape == shape else { throw unfit("has the shape \(entry.shape) instead of \(shape)") }
        return (entry, start + entry.dataOffsets[0]..<start + entry.dataOffsets[1])
    }

    /// The shape of a tensor, or nil where there is none of this name.
    func shape(of name: String) -> [Int]? { entries[name]?.shape }

    /// The elements of a tensor as 32-bit floats, row-major.
    func floats(
        _ name: String,
        shape: [Int],
        types: Set<String> = weightTypes
    ) throws(EmbeddingError) -> [Float] {
        let (entry, range) = try locate(name, shape: shape, types: types)
        let count = shape.reduce(1, *)
        let type = entry.dtype
        return data.withUnsafeBytes { raw in
            let bytes = UnsafeRawBufferPointer(rebasing: raw[range])
            return [Float](unsafeUninitializedCapacity: count) { target, initialised in
                for index in 0..<count {
                    target.initializeElement(at: index, to: Self.element(bytes, index, type))
                }
                initialised = count
            }
        }
    }

    /// Where the rows of an F32 tensor lie in ``data``; nil for narrower types, which must be converted.
    func mappedRange(_ name: String, shape: [Int]) throws(EmbeddingError) -> Range<Int>? {
        let (entry, range) = try locate(name, shape: shape, types: Self.weightTypes)
        return entry.dtype == "F32" ? range : nil
    }

    @inline(__always)
    private static func element(_ bytes: UnsafeRawBufferPointer, _ index: Int, _ type: String) -> Float {
        func bits<Bits: FixedWidthInteger>(_ type: Bits.Type) -> Bits {
            Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
        }
        switch type {
        case "F32": return Float(bitPattern: bits(UInt32.self))
        case "BF16": return Float(bitPattern: UInt32(bits(UInt16.self)) << 16)
        case "F16": return Self.half(bits(UInt16.self))
        case "F64": return Float(Double(bitPattern: bits(UInt64.self)))
        case "I64": return Float(bits(Int64.self))
        case "I32": return Float(bits(Int32.self))
        default: return Float(bits(Int8.self))
        }
    }

    /// IEEE 754 binary16: one sign bit, five of exponent, ten of fraction.
    static func half(_ bits: UInt16) -> Float {
        let sign: Float = bits >> 15 == 0 ? 1 : -1
        let exponent = Int(bits >> 10 & 31)
        let fraction = Float(bits & 1023) / 1024
        switch exponent {
        case 0: return sign * fraction * 0x1p-14
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return Float(sign: .plus, exponent: exponent - 15, significand: 1 + fraction) * sign
        }
    }

    /// The nearest binary16, ties to even; what is too large becomes infinite.
    static func half(of value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16(bits >> 16 & 0x8000)
        let magnitude = bits & 0x7FFF_FFFF
        guard magnitude < 0x4780_0000 else { return sign | (magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00) }
        guard magnitude >= 0x3880_0000 else {
            // Below the smallest normal number: adding a half rounds at 2^-24.
            let rounded = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(truncatingIfNeeded: rounded.bitPattern &- Float(0.5).bitPattern)
        }
        let rebiased = magnitude &- 0x3800_0000
        return sign | UInt16(truncatingIfNeeded: (rebiased &+ 0xFFF &+ (rebiased >> 13 & 1)) >> 13)
    }

    /// A hash that changes with the file: its size, its header, and words from all over its elements
    /// (Fowler–Noll–Vo 1a, 64 bits).
    func fingerprint() -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        data.withUnsafeBytes { bytes in
            withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { $0.forEach(mix) }
            bytes[..<start].forEach(mix)
            let step = max(1, (bytes.count - start) / 4096)
            for place in stride(from: start, to: bytes.count, by: step) {
                bytes[place..<min(place + 8, bytes.count)].forEach(mix)
            }
        }
        return hash
    }
}
