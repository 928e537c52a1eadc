/// How well each point fits its cluster: a profile of the silhouettes (Rousseeuw 1987), cluster by cluster, each sorted.
public struct SilhouetteChart: Sendable, Equatable {
    /// The heading.
    public var title = "Silhouette"
    /// The silhouette of each point, -1 to 1; what is not finite is not drawn.
    public var values: [Float]
    /// The cluster of each point, nil for noise, which is not drawn.
    public var labels: [Int?]
    /// Names of clusters, for the tooltips.
    public var names: [Int: String]

    /// - Parameters:
    ///   - values: the silhouette of each point, -1 to 1.
    ///   - labels: the cluster of each point, nil for noise.
    ///   - names: names of clusters.
    public init(values: [Float], labels: [Int?], names: [Int: String] = [:]) {
        self.values = values
        self.labels = labels
        self.names = names
    }

    /// The profile as a document of 560 × 560 pixels.
    public func svg() -> String { document(width: 560, height: 560) }

    /// A cluster's silhouettes, highest first.
    private struct Profile {
        var cluster: Int
        var values: [Double]
        var mean: Double { values.reduce(0, +) / Double(values.count) }
    }

    private var profiles: [Profile] {
        let rows = (0..<min(values.count, labels.count)).filter { labels[$0] != nil && values[$0].isFinite }
        return Dictionary(grouping: rows) { labels[$0] ?? 0 }
            .map { Profile(cluster: $0, values: $1.map { Double(values[$0]) }.sorted(by: >)) }
            .sorted { ($1.mean, $0.cluster) < ($0.mean, $1.cluster) }
    }
}

extension SilhouetteChart: Chart {
    var clusters: Set<Int> { Set(zip(values, labels).compactMap { $1 }) }

    private func mean(_ profiles: [Profile]) -> Double {
        let count = profiles.reduce(0) { $0 + $1.values.count }
        return profiles.reduce(0) { $0 + $1.mean * Double($1.values.count) } / Double(max(1, count))
    }

    var summary: String {
        let profiles = profiles
        let count = profiles.reduce(0) { $0 + $1.values.count }
        guard count > 0 else { return "no points in clusters" }
        return "mean \(Figures.decimal(mean(profiles), places: 3)) of \(Figures.count(count)) points"
    }

    func draw(in frame: Frame, palette: Palette, to svg: inout SVGText) {
        let profiles = profiles
        guard !profiles.isEmpty else { return drawEmpty("no points in clusters", in: frame, to: &svg) }
        let tags = profiles.map { "\($0.cluster) · \(Figures.count($0.values.count))" }
        let tagWidth = tags.map { Theme.width($0, size: Theme.smallSize) }.max() ?? 0
        let panel = frame.inset(left: tagWidth + 10, top: 22, right: 12, bottom: 40)
        let bars = SilhouetteBars(panel: panel, sizes: profiles.map(\.values.count))
        let least = profiles.reduce(0) { min($0, bars.steps(of: $1.values).last ?? 0) }
        let scale = Scale(least...1, from: panel.x, to: panel.right, ticks: max(2, Int(panel.width / 60)))
        svg.element(
            "rect",
            [
                "x": .number(panel.x), "y": .number(panel.y), "width": .number(panel.width),
                "height": .number(panel.height), "fill": .text(Theme.panel),
            ]
        )
        svg.group("g", ["font-size": .number(Theme.smallSize), "fill": .text(Theme.quiet)]) { svg in
            for tick in scale.ticks { drawGuide(scale.position(tick), panel, to: &svg) }
            HorizontalAxis(panel: panel, scale: scale).draw(below: "silhouette", to: &svg)
        }
        draw(profiles, tags, bars, scale, palette, to: &svg)
        drawMean(mean(profiles), panel, scale, to: &svg)
    }

    private func drawGuide(_ x: Double, _ panel: Frame, to svg: inout SVGText) {
        svg.element(
            "line",
            [
                "x1": .number(x), "x2": .number(x), "y1": .number(panel.y), "y2": .number(panel.bottom),
                "stroke": .text(Theme.line),
            ]
        )
    }

    private func draw(
        _ profiles: [Profile],
        _ tags: [String],
        _ bars: SilhouetteBars,
        _ scale: Scale,
        _ palette: Palette,
        to svg: inout SVGText
    ) {
        var (top, lastTag) = (bars.panel.y + bars.gap, -Double.infinity)
        for (profile, tag) in zip(profiles, tags) {
            let height = bars.unit * Double(profile.values.count)
            let name = names[profile.cluster].map { ", \($0)" } ?? ""
            svg.group(
                "path",
                [
                    "d": .text(bars.outline(profile.values, top: top, scale)),
                    "fill": .text(palette[profile.cluster].colour),
                ]
            ) { svg in
                svg.title(
                    "cluster \(profile.cluster)\(name): \(Figures.count(profile.values.count)) points, "
                        + "mean \(Figures.decimal(profile.mean, places: 3))"
                )
            }
            // A tag that would cover the one above is left out.
            let middle = top + height / 2
            if middle - lastTag >= Theme.smallSize {
                svg.element(
                    "text",
                    [
                        "x": .number(bars.panel.x - 8), "y": .number(middle + 4), "text-anchor": "end",
                        "font-size": .number(Theme.smallSize), "fill": .text(Theme.text),
                    ],
                    text: tag
                )
                lastTag = middle
            }
            top += height + bars.gap
        }
    }

    private func drawMean(_ mean: Double, _ panel: Frame, _ scale: Scale, to svg: inout SVGText) {
        let x = scale.position(mean)
        svg.element(
            "line",
            [
                "x1": .number(x), "x2": .number(x), "y1": .number(panel.y - 4), "y2": .number(panel.bottom),
                "stroke": .text(Theme.accent), "stroke-width": .text("1.5"), "stroke-dasharray": "4 3",
            ]
        )
        let text = "mean \(Figures.decimal(mean, places: 3))"
        let half = Theme.width(text, size: Theme.smallSize) / 2
        svg.element(
            "text",
            [
                "x": .number(max(panel.x + half, min(panel.right - half, x))), "y": .number(panel.y - 9),
                "text-anchor": "middle", "font-size": .number(Theme.smallSize), "font-weight": 700,
                "fill": .text(Theme.accent),
            ],
            text: text
        )
    }
}
