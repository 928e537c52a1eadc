/// Cuts text into the pieces of a BERT vocabulary: greedy longest match first within each word (Schuster and Nakajima
/// 2012; google-research/bert, tokenization.py).
///
/// Works on UTF-8 bytes; ASCII needs no Unicode look-up and nothing is allocated for a piece.
public struct WordPieceTokenizer: Sendable {
    /// Memory that is used again from text to text.
    struct Scratch {
        var word: [UInt8] = []
        var characters = 0
        var hashes: [UInt64] = []
    }

    private enum ByteClass: UInt8 {
        case letter, space, dropped, punctuation
    }

    struct SpecialToken: Sendable {
        var bytes: [UInt8]
        var id: Int32
    }

    /// Words of more characters than this are unknown as a whole.
    static let longestWord = 100

    let vocabulary: Vocabulary
    let normaliser: TextNormaliser
    private let classes: [ByteClass]
    private let lowered: [UInt8]
    let specials: [SpecialToken]
    private let beginsSpecial: [Bool]
    /// The id of what is in no piece.
    let unknown: Int32
    private let opening: Int32
    private let closing: Int32

    /// The text of the unknown token.
    var unknownToken: String {
        specials.first { $0.id == unknown }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? "[UNK]"
    }

    /// The texts of all special tokens.
    var specialTokens: [String] { specials.map { String(decoding: $0.bytes, as: UTF8.self) } }

    /// A token alone between the opening and the closing one.
    func framed(_ id: Int32) -> [Int32] { [opening, id, closing] }

    /// `specials` are matched in the text as they stand, before anything else.
    init(
        vocabulary: Vocabulary,
        normaliser: TextNormaliser,
        specials: [SpecialToken],
        unknown: Int32,
        opening: Int32,
        closing: Int32
    ) {
        self.vocabulary = vocabulary
        self.normaliser = normaliser
        self.specials = specials.filter { !$0.bytes.isEmpty }.sorted { $0.bytes.count > $1.bytes.count }
        self.unknown = unknown
        self.opening = opening
        self.closing = closing
        classes = (0..<128).map { Self.classify(UInt8($0)) }
        lowered = (0..<128).map { byte in normaliser.lowers && (65...90).contains(byte) ? UInt8(byte + 32) : UInt8(byte)
        }
        var begins = Array(repeating: false, count: 256)
        for special in self.specials { begins[Int(special.bytes[0])] = true }
        beginsSpecial = begins
    }

    private static func classify(_ byte: UInt8) -> ByteClass {
        switch byte {
        case 0x09, 0x0A, 0x0D, 0x20: return .space
        case 0..<0x20, 0x7F: return .dropped
        case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return .punctuation
        default: return .letter
        }
    }

    /// The token ids of `text`, between the opening and the closing token, at most `maximum` in all.
    public func encode(_ text: String, maximum: Int) -> [Int32] {
        var ids: [Int32] = []
        var scratch = Scratch()
        encode(text, maximum: maximum, into: &ids, scratch: &scratch)
        return ids
    }

    /// Appends the token ids of `text`, at most `maximum`, to `ids`.
    func encode(_ text: String, maximum: Int, into ids: inout [Int32], scratch: inout Scratch) {
        let limit = ids.count + max(2, maximum) - 1
        ids.append(opening)
        var text = text
        text.withUTF8 { encode($0, limit: limit, into: &ids, scratch: &scratch) }
        if ids.count > limit { ids.removeLast(ids.count - limit) }
        ids.append(closing)
    }

    /// Appends the token ids of `text`, at most `maximum`, without an opening and a closing one.
    func encodePieces(_ text: String, maximum: Int, into ids: inout [Int32], scratch: inout Scratch) {
        let (sum, overflow) = ids.count.addingReportingOverflow(maximum)
        let limit = overflow ? Int.max : sum
        var text = text
        text.withUTF8 { encode($0, limit: limit, into: &ids, scratch: &scratch) }
        if ids.count > limit { ids.removeLast(ids.count - limit) }
    }

    private func encode(
        _ bytes: UnsafeBufferPointer<UInt8>,
        limit: Int,
        into ids: inout [Int32],
        scratch: inout Scratch
    ) {
        var index = 0
        while index < bytes.count && ids.count < limit {
            let byte = bytes[index]
            if beginsSpecial[Int(byte)], let special = special(at: index, in: bytes) {
                endWord(&ids, &scratch)
                ids.append(special.id)
                index += special.bytes.count
            } else if byte < 0x80 {
                take(byte, &ids, &scratch)
                index += 1
            } else {
                var end = index
                while end < bytes.count && bytes[end] >= 0x80 { end += 1 }
                for scalar in normaliser.normalise(UnsafeBufferPointer(rebasing: bytes[index..<end])) {
                    take(scalar, &ids, &scratch)
                }
                index = end
            }
        }
        endWord(&ids, &scratch)
    }

    private func special(at index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> SpecialToken? {
        specials.first { bytes[index...].starts(with: $0.bytes) }
    }

    @inline(__always)
    private func take(_ byte: UInt8, _ ids: inout [Int32], _ scratch: inout Scratch) {
        switch classes[Int(byte)] {
        case .letter:
            scratch.word.append(lowered[Int(byte)])
            scratch.characters += 1
        case .space: endWord(&ids, &scratch)
        case .dropped: break
        case .punctuation:
            endWord(&ids, &scratch)
            scratch.word.append(byte)
            scratch.characters = 1
            endWord(&ids, &scratch)
        }
    }

    private func take(_ scalar: Unicode.Scalar, _ ids: inout [Int32], _ scratch: inout Scratch) {
        if scalar.isASCII { return take(UInt8(scalar.value), &ids, &scratch) }
        if scalar.properties.isWhitespace { return endWord(&ids, &scratch) }
        let alone = TextNormaliser.isPunctuation(scalar)
        if alone { endWord(&ids, &scratch) }
        scratch.word.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        scratch.characters += 1
        if alone { endWord(&ids, &scratch) }
    }

    /// Cuts the word in hand into pieces; a word with a part that is in no piece is unknown as a whole.
    private func endWord(_ ids: inout [Int32], _ scratch: inout Scratch) {
        guard !scratch.word.isEmpty else { return }
        defer {
            scratch.word.removeAll(keepingCapacity: true)
            scratch.characters = 0
        }
        let mark = ids.count
        guard scratch.characters <= Self.longestWord, appendPieces(&ids, &scratch) else {
            ids.removeLast(ids.count - mark)
            ids.append(unknown)
            return
        }
    }

    private func appendPieces(_ ids: inout [Int32], _ scratch: inout Scratch) -> Bool {
        let longest = vocabulary.longest
        if scratch.hashes.count < longest { scratch.hashes = Array(repeating: 0, count: longest) }
        return scratch.word.withUnsafeBufferPointer { word in
            scratch.hashes.withUnsafeMutableBufferPointer { hashes in
                guard let base = word.baseAddress else { return false }
                var start = 0
                while start < word.count {
                    let continues = start > 0
                    let count = min(longest, word.count - start)
                    var hash = Vocabulary.seed(continues: continues)
                    for offset in 0..<count {
                        hash = Vocabulary.step(hash, word[start + offset])
                        hashes[offset] = hash
                    }
                    var length = count
                    var id: Int32 = -1
                    while length > 0 {
                        id = vocabulary.id(base + start, count: length, hash: hashes[length - 1], continues: continues)
                        if id >= 0 { break }
                        length -= 1
                    }
                    guard id >= 0 else { return false }
                    ids.append(id)
                    start += length
                }
                return true
            }
        }
    }
}
