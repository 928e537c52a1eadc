/// The text of an SVG document while it is being written: elements are opened, filled and closed; names and texts of
/// users are escaped.
struct SVGText {
    private(set) var text = ""

    /// The value of an attribute.
    enum Value: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByFloatLiteral,
        ExpressibleByIntegerLiteral
    {
        case text(String)
        case number(Double)

        init(stringLiteral value: String) { self = .text(value) }
        init(floatLiteral value: Double) { self = .number(value) }
        init(integerLiteral value: Int) { self = .number(Double(value)) }

        var written: String {
            switch self {
            case .text(let text): SVGText.escaped(text)
            case .number(let number): Figures.coordinate(number)
            }
        }
    }

    /// An element without content.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, Value>) {
        start(name, attributes)
        text += "/>\n"
    }

    /// An element around what `content` writes.
    mutating func group(
        _ name: String = "g",
        _ attributes: KeyValuePairs<String, Value> = [:],
        _ content: (inout SVGText) -> Void
    ) {
        start(name, attributes)
        text += ">\n"
        content(&self)
        text += "</\(name)>\n"
    }

    /// An element around a text.
    mutating func element(_ name: String, _ attributes: KeyValuePairs<String, Value> = [:], text content: String) {
        start(name, attributes)
        text += ">" + Self.escaped(content) + "</\(name)>\n"
    }

    /// The name that screen readers tell and browsers show under the pointer; goes first into its element.
    mutating func title(_ content: String) { element("title", text: content) }

    private mutating func start(_ name: String, _ attributes: KeyValuePairs<String, Value>) {
        text += "<" + name
        for (name, value) in attributes { text += " \(name)=\"\(value.written)\"" }
    }

    /// The text with the markup's own characters spelt out and those that XML 1.0 forbids replaced; white space is one
    /// blank.
    static func escaped(_ text: String) -> String {
        var result = ""
        var blank = false
        for scalar in text.unicodeScalars {
            let isBlank = scalar == " " || scalar == "\n" || scalar == "\t" || scalar == "\r"
            if isBlank, blank { continue }
            blank = isBlank
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where isBlank: result += " "
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
