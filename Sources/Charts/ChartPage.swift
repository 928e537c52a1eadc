/// The map, the curve of the number of clusters and the silhouettes beside each other, under a title and the figures
/// that sum them up.
public struct ChartPage: Sendable, Equatable {
    /// A figure with its name, such as "silhouette" and "0.61".
    public struct Figure: Sendable, Equatable {
        /// What it is, in a word or two.
        public var name: String
        /// Its value, as it shall be shown.
        public var value: String

        /// Memberwise.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The heading.
    public var title: String
    /// What was grouped and how; empty for none.
    public var subtitle: String
    /// The figures, the most important first; as many as fit are shown.
    public var figures: [Figure]
    /// The map.
    public var map: MapChart
    /// The curve, nil where the number of clusters was not chosen.
    public var curve: CurveChart?
    /// The silhouettes, nil where there are none.
    public var silhouette: SilhouetteChart?

    /// Memberwise.
    public init(
        title: String,
        subtitle: String = "",
        figures: [Figure] = [],
        map: MapChart,
        curve: CurveChart? = nil,
        silhouette: SilhouetteChart? = nil
    ) {
        self.title = title
        self.subtitle = subtitle
        self.figures = figures
        self.map = map
        self.curve = curve
        self.silhouette = silhouette
    }

    private static let width = 1280.0
    private static let bodyHeight = 680.0
    private static let margin = 28.0
    private static let sideWidth = 400.0

    /// The page as a document, 1280 pixels wide.
    public func svg() -> String {
        let headHeight = 66.0 + (figures.isEmpty ? 0 : 62)
        let body = Frame(
            x: Self.margin,
            y: headHeight + 12,
            width: Self.width - 2 * Self.margin,
            height: Self.bodyHeight
        )
        let charts = [curve as (any Chart)?, silhouette].compactMap { $0 }
        let clusters = charts.reduce(map.clusters) { $0.union($1.clusters) }
        let summary = ([map.summary] + figures.map { "\($0.name) \($0.value)" }).joined(separator: "; ")
        return Document.text(
            width: Self.width,
            height: body.bottom + Self.margin,
            title: title,
            summary: summary
        ) { svg in
            drawHead(to: &svg)
            draw(charts, in: body, palette: Palette(clusters), to: &svg)
        }
    }

    private func draw(_ charts: [any Chart], in body: Frame, palette: Palette, to svg: inout SVGText) {
        let side = charts.isEmpty ? 0 : Self.sideWidth + 36
        map.drawTitled(in: body.inset(right: side), palette: palette, to: &svg)
        let gap = 24.0
        // The silhouettes need more height than the curve.
        let shares = charts.count == 2 ? [0.42, 0.58] : [1]
        var y = body.y
        for (chart, share) in zip(charts, shares) {
            let height = (body.height - gap * Double(charts.count - 1)) * share
            chart.drawTitled(
                in: Frame(x: body.right - Self.sideWidth, y: y, width: Self.sideWidth, height: height),
                palette: palette,
                to: &svg
            )
            y += height + gap
        }
    }

    private func drawHead(to svg: inout SVGText) {
        let width = Self.width - 2 * Self.margin
        svg.element(
            "text",
            [
                "x": .number(Self.margin), "y": 40, "font-size": 22, "font-weight": 700, "fill": .text(Theme.text),
            ],
            text: Theme.fitted(title, size: 22, width: width)
        )
        svg.element(
            "text",
            ["x": .number(Self.margin), "y": 61, "font-size": 13, "fill": .text(Theme.quiet)],
            text: Theme.fitted(subtitle, size: 13, width: width)
        )
        var x = Self.margin
        for figure in figures {
            let tile = max(Theme.width(figure.value, size: 19), Theme.width(figure.name, size: Theme.smallSize)) + 28
            guard x + tile <= Self.width - Self.margin else { break }
            drawTile(figure, Frame(x: x, y: 76, width: tile, height: 48), to: &svg)
            x += tile + 10
        }
    }

    private func drawTile(_ figure: Figure, _ frame: Frame, to svg: inout SVGText) {
        svg.element(
            "rect",
            [
                "x": .number(frame.x), "y": .number(frame.y), "width": .number(frame.width),
                "height": .number(frame.height), "rx": 6, "fill": .text(Theme.panel), "stroke": .text(Theme.line),
            ]
        )
        svg.element(
            "text",
            [
                "x": .number(frame.x + 14), "y": .number(frame.y + 24), "font-size": 19, "font-weight": 600,
                "fill": .text(Theme.text),
            ],
            text: figure.value
        )
        svg.element(
            "text",
            [
                "x": .number(frame.x + 14), "y": .number(frame.y + 40), "font-size": .number(Theme.smallSize),
                "fill": .text(Theme.quiet),
            ],
            text: figure.name
        )
    }
}
