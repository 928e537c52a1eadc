import Foundation

/// What BERT's basic tokenizer does to text before words are looked up: control characters go, CJK ideographs stand
/// alone, accents are stripped and letters lowered where the model asks for it.
///
/// Follows google-research/bert, tokenization.py (`BasicTokenizer`). The ASCII half is a table in the tokenizer.
struct TextNormaliser: Sendable {
    /// Letters are lowered.
    var lowers = true
    /// Combining marks are dropped after canonical decomposition; nil means as `lowers`.
    var stripsAccents: Bool?
    /// CJK ideographs are split into words of one character.
    var splitsIdeographs = true

    /// Normalises a run of UTF-8 without ASCII; the result may hold ASCII.
    func normalise(_ run: UnsafeBufferPointer<UInt8>) -> String.UnicodeScalarView {
        var cleaned = String.UnicodeScalarView()
        for scalar in String(decoding: run, as: UTF8.self).unicodeScalars {
            if Self.isDropped(scalar) { continue }
            let alone = splitsIdeographs && Self.isIdeograph(scalar)
            if alone { cleaned.append(" ") }
            cleaned.append(scalar)
            if alone { cleaned.append(" ") }
        }
        if stripsAccents ?? lowers {
            let decomposed = String(cleaned).decomposedStringWithCanonicalMapping
            cleaned = String.UnicodeScalarView(
                decomposed.unicodeScalars.lazy.filter { $0.properties.generalCategory != .nonspacingMark }
            )
        }
        guard lowers else { return cleaned }
        var lowered = String.UnicodeScalarView()
        for scalar in cleaned { lowered.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars) }
        return lowered
    }

    /// Control, format and private-use characters, and the replacement character. Unassigned ones stay, as in the
    /// tokenizers that models are served with.
    private static func isDropped(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value == 0xFFFD { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate: return true
        default: return false
        }
    }

    /// Whether a character stands alone as a word: every punctuation category.
    static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default:
            return false
        }
    }

    /// The CJK blocks that BERT names; kana and hangul are not among them.
    private static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_B73F, 0x2_B740...0x2_B81F,
            0x2_B820...0x2_CEAF, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F:
            return true
        default:
            return false
        }
    }
}
