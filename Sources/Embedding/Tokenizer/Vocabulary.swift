/// A WordPiece vocabulary as an open-addressed table over bytes: looking a piece up allocates nothing.
///
/// The hash runs forward over bytes (Fowler–Noll–Vo 1a), so one pass over a word hashes all its prefixes.
struct Vocabulary: Sendable {
    private struct Slot {
        var id: Int32 = -1
        var offset: Int32 = 0
        var count: Int32 = 0
        var continues = false
    }

    private var slots: [Slot]
    private var bytes: [UInt8] = []
    private let mask: Int
    /// The length of the longest piece in bytes.
    private(set) var longest = 1
    /// The number of entries, which is one more than the highest id.
    let size: Int

    /// Takes tokens by id; those that begin with `##` go on within a word.
    init(tokens: [ArraySlice<UInt8>]) {
        var capacity = 16
        while capacity < tokens.count * 2 { capacity *= 2 }
        slots = Array(repeating: Slot(), count: capacity)
        mask = capacity - 1
        size = tokens.count
        bytes.reserveCapacity(tokens.reduce(0) { $0 + $1.count })
        for (id, token) in tokens.enumerated() { insert(token, id: Int32(id)) }
    }

    private mutating func insert(_ token: ArraySlice<UInt8>, id: Int32) {
        let continues = token.starts(with: [0x23, 0x23]) && token.count > 2
        let piece = continues ? token.dropFirst(2) : token
        guard !piece.isEmpty else { return }
        var hash = Self.seed(continues: continues)
        for byte in piece { hash = Self.step(hash, byte) }
        var index = start(hash)
        while slots[index].id >= 0 { index = (index + 1) & mask }
        slots[index] = Slot(
            id: id,
            offset: Int32(bytes.count),
            count: Int32(piece.count),
            continues: continues
        )
        bytes.append(contentsOf: piece)
        longest = max(longest, piece.count)
    }

    /// What a hash begins with: pieces that begin a word and pieces that go on have different ones.
    static func seed(continues: Bool) -> UInt64 {
        continues ? 0x8422_2325_CBF2_9CE4 : 0xCBF2_9CE4_8422_2325
    }

    @inline(__always)
    static func step(_ hash: UInt64, _ byte: UInt8) -> UInt64 {
        (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    @inline(__always)
    private func start(_ hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash ^ (hash >> 29)) & mask
    }

    /// The id of the piece of `count` bytes at `piece` whose hash is `hash`, or -1.
    @inline(__always)
    func id(_ piece: UnsafePointer<UInt8>, count: Int, hash: UInt64, continues: Bool) -> Int32 {
        slots.withUnsafeBufferPointer { slots in
            var index = start(hash)
            while slots[index].id >= 0 {
                let slot = slots[index]
                if slot.count == count && slot.continues == continues && equal(piece, slot) { return slot.id }
                index = (index + 1) & mask
            }
            return -1
        }
    }

    @inline(__always)
    private func equal(_ piece: UnsafePointer<UInt8>, _ slot: Slot) -> Bool {
        bytes.withUnsafeBufferPointer { bytes in
            let base = Int(slot.offset)
            for index in 0..<Int(slot.count) where bytes[base + index] != piece[index] { return false }
            return true
        }
    }

    /// The tokens by id as they were given; empty where an id has none.
    var tokens: [[UInt8]] {
        var tokens = [[UInt8]](repeating: [], count: size)
        for slot in slots where slot.id >= 0 {
            let piece = bytes[Int(slot.offset)..<Int(slot.offset + slot.count)]
            tokens[Int(slot.id)] = (slot.continues ? [0x23, 0x23] : []) + piece
        }
        return tokens
    }

    /// The median number of characters of a token, at least 1.
    var medianLength: Int {
        let lengths = tokens.map { String(decoding: $0, as: UTF8.self).unicodeScalars.count }.sorted()
        guard !lengths.isEmpty else { return 1 }
        // The mean of the two in the middle, cut off.
        return max(1, (lengths[(lengths.count - 1) / 2] + lengths[lengths.count / 2]) / 2)
    }

    /// The id of a whole token such as `[CLS]`, or nil.
    func id(of token: String) -> Int32? {
        let utf8 = Array(token.utf8)
        var hash = Self.seed(continues: false)
        for byte in utf8 { hash = Self.step(hash, byte) }
        let found = utf8.withUnsafeBufferPointer { buffer -> Int32 in
            guard let base = buffer.baseAddress else { return -1 }
            return id(base, count: utf8.count, hash: hash, continues: false)
        }
        return found >= 0 ? found : nil
    }
}
