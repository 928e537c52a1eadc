/// A picture that can be put into a document of its own or beside others.
protocol Chart {
    /// What it shows, for a heading and for those who cannot see it.
    var title: String { get }
    /// One sentence on what is in it.
    var summary: String { get }
    /// The clusters in it, whose colours shall be equal in all charts of a document.
    var clusters: Set<Int> { get }

    /// Draws into a frame, below the title.
    func draw(in frame: Frame, palette: Palette, to svg: inout SVGText)
}

extension Chart {
    /// A document with this chart alone.
    func document(width: Double, height: Double) -> String {
        let palette = Palette(clusters)
        return Document.text(width: width, height: height, title: title, summary: summary) { svg in
            drawTitled(in: Frame(x: 20, y: 16, width: width - 40, height: height - 32), palette: palette, to: &svg)
        }
    }

    /// Draws the title and below it the chart.
    func drawTitled(in frame: Frame, palette: Palette, to svg: inout SVGText) {
        svg.group("g", ["role": "group"]) { svg in
            svg.title(title + ": " + summary)
            svg.element(
                "text",
                [
                    "x": .number(frame.x), "y": .number(frame.y + Theme.titleSize),
                    "font-size": .number(Theme.titleSize),
                    "font-weight": 600, "fill": .text(Theme.text),
                ],
                text: Theme.fitted(title, size: Theme.titleSize, width: frame.width)
            )
            svg.element(
                "text",
                [
                    "x": .number(frame.x), "y": .number(frame.y + 34), "font-size": .number(Theme.textSize),
                    "fill": .text(Theme.quiet),
                ],
                text: Theme.fitted(summary, size: Theme.textSize, width: frame.width)
            )
            draw(in: frame.inset(top: 46), palette: palette, to: &svg)
        }
    }

    /// A frame with a sentence in its middle, where there is nothing to draw.
    func drawEmpty(_ sentence: String, in frame: Frame, to svg: inout SVGText) {
        drawPanel(frame, to: &svg)
        svg.element(
            "text",
            [
                "x": .number(frame.x + frame.width / 2), "y": .number(frame.y + frame.height / 2),
                "text-anchor": "middle", "font-size": .number(Theme.textSize), "fill": .text(Theme.quiet),
            ],
            text: sentence
        )
    }

    /// The ground that points and lines are drawn on.
    func drawPanel(_ frame: Frame, to svg: inout SVGText) {
        svg.element(
            "rect",
            [
                "x": .number(frame.x), "y": .number(frame.y), "width": .number(frame.width),
                "height": .number(frame.height), "rx": 4, "fill": .text(Theme.panel), "stroke": .text(Theme.line),
            ]
        )
    }
}

/// The outermost element.
enum Document {
    static func text(
        width: Double,
        height: Double,
        title: String,
        summary: String,
        _ content: (inout SVGText) -> Void
    ) -> String {
        var svg = SVGText()
        let size = (Figures.coordinate(width), Figures.coordinate(height))
        svg.group(
            "svg",
            [
                "xmlns": "http://www.w3.org/2000/svg", "viewBox": "0 0 \(size.0) \(size.1)", "width": .number(width),
                "height": .number(height), "role": "img", "font-family": .text(Theme.font),
            ]
        ) { svg in
            svg.title(title)
            svg.element("desc", text: summary)
            svg.element("rect", ["width": .number(width), "height": .number(height), "fill": .text(Theme.ground)])
            content(&svg)
        }
        return svg.text
    }
}
