/// How all charts look: a light ground, little ink.
enum Theme {
    static let font = "Inter, 'Segoe UI', 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif"
    static let ground = "#ffffff"
    static let panel = "#fbfbfc"
    static let line = "#e4e7eb"
    static let axis = "#9aa5b1"
    static let text = "#1f2933"
    static let quiet = "#616e7c"
    static let noise = "#9aa5b1"
    static let accent = "#c2410c"
    static let curve = "#2563a8"

    static let titleSize = 15.0
    static let textSize = 12.0
    static let smallSize = 11.0

    /// About how wide a text is, in pixels.
    static func width(_ text: String, size: Double) -> Double {
        text.unicodeScalars.reduce(0) { $0 + advance($1) } * size
    }

    /// About how far a character moves the pen, as a share of the size; those of East Asia are square.
    private static func advance(_ scalar: Unicode.Scalar) -> Double {
        switch scalar {
        case "i", "j", "l", "t", "f", "r", "I", ".", ",", ":", ";", "'", "|", " ", "(", ")", "[", "]", "!": 0.36
        case "m", "w", "M", "W", "@", "%": 0.92
        case "A"..."Z": 0.68
        case _ where scalar.value >= 0x1100: 1
        default: 0.6
        }
    }

    /// The text, cut with an ellipsis where it is wider than `width` pixels.
    static func fitted(_ text: String, size: Double, width limit: Double) -> String {
        guard width(text, size: size) > limit else { return text }
        var kept = ""
        var used = 0.8
        for character in text {
            used += character.unicodeScalars.reduce(0) { $0 + advance($1) }
            if used * size > limit { break }
            kept.append(character)
        }
        while kept.last == " " { kept.removeLast() }
        return kept + "…"
    }
}

/// A rectangle of the drawing, in pixels.
struct Frame: Equatable {
    var x: Double
    var y: Double
    var width: Double
    var height: Double

    var right: Double { x + width }
    var bottom: Double { y + height }

    func inset(left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0) -> Frame {
        Frame(x: x + left, y: y + top, width: max(1, width - left - right), height: max(1, height - top - bottom))
    }
}
