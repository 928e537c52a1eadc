/// Points of a plane in the colours of their clusters, with a legend.
///
/// Distances count, directions do not: both axes have the same scale and none has numbers. Up to 20,000 points are
/// drawn, taken evenly where there are more; the sizes count all.
public struct MapChart: Sendable, Equatable {
    /// The heading.
    public var title = "Map"
    /// The points' first coordinates.
    public var x: [Float]
    /// The points' second coordinates; as many as there are first ones.
    public var y: [Float]
    /// The cluster of each point, nil for noise; points without an entry are noise.
    public var labels: [Int?]
    /// Names of clusters, for the legend.
    public var names: [Int: String]
    /// How many clusters the legend names, the largest first, at least 1; the others are counted.
    public var namedAtMost = 24

    /// - Parameters:
    ///   - x: the points' first coordinates; points that are not finite are not drawn.
    ///   - y: the points' second coordinates.
    ///   - labels: the cluster of each point, nil for noise.
    ///   - names: names of clusters.
    public init(x: [Float], y: [Float], labels: [Int?], names: [Int: String] = [:]) {
        self.x = x
        self.y = y
        self.labels = labels
        self.names = names
    }

    /// The map as a document of 860 × 600 pixels.
    public func svg() -> String { document(width: 860, height: 600) }

    static let mostPoints = 20_000
    private static let legendWidth = 200.0

    /// The points of each cluster, in the order of their rows; nil is noise.
    private var members: [Int?: [Int]] {
        Dictionary(grouping: 0..<min(x.count, y.count)) { $0 < labels.count ? labels[$0] : nil }
    }
}

extension MapChart: Chart {
    var clusters: Set<Int> { Set(labels.prefix(min(x.count, y.count)).compactMap { $0 }) }

    var summary: String {
        let members = members
        let noise = members[nil]?.count ?? 0
        let clusters = members.count - (noise > 0 ? 1 : 0)
        return "\(Figures.count(min(x.count, y.count))) points in \(Figures.count(clusters)) "
            + (clusters == 1 ? "cluster" : "clusters") + (noise > 0 ? ", \(Figures.count(noise)) noise" : "")
    }

    func draw(in frame: Frame, palette: Palette, to svg: inout SVGText) {
        let members = members
        let drawable = (0..<min(x.count, y.count)).filter { x[$0].isFinite && y[$0].isFinite }
        let panel = frame.inset(right: Self.legendWidth + 16)
        guard !drawable.isEmpty else { return drawEmpty("no points", in: frame, to: &svg) }
        drawPanel(panel, to: &svg)
        let plane = Plane(x: x, y: y, drawn: drawable, frame: panel.inset(left: 14, top: 14, right: 14, bottom: 14))
        let sizes = members.compactMap { cluster, rows in cluster.map { (cluster: $0, size: rows.count) } }
            .sorted { ($1.size, $0.cluster) < ($0.size, $1.cluster) }
        drawNoise(members[nil] ?? [], plane, to: &svg)
        // Large clusters below, small ones on top.
        for (cluster, size) in sizes {
            drawPoints(members[cluster] ?? [], plane, palette[cluster], heading(cluster, size), to: &svg)
        }
        var tags = MapTags()
        for (cluster, _) in sizes {
            guard let place = plane.tagPlace(for: members[cluster] ?? []) else { continue }
            tags.add(String(cluster), at: place, to: &svg)
        }
        let legend = Legend(
            entries: sizes.map { Legend.Entry(cluster: $0.cluster, name: names[$0.cluster], size: $0.size) },
            noise: members[nil]?.count ?? 0,
            most: max(1, namedAtMost)
        )
        legend.draw(
            in: Frame(x: panel.right + 16, y: panel.y, width: Self.legendWidth, height: panel.height),
            palette: palette,
            to: &svg
        )
    }

    private func heading(_ cluster: Int, _ size: Int) -> String {
        "cluster \(cluster)" + (names[cluster].map { ", \($0)" } ?? "") + ": \(Figures.count(size)) points"
    }

    private func drawPoints(
        _ rows: [Int],
        _ plane: Plane,
        _ style: Palette.Style,
        _ heading: String,
        to svg: inout SVGText
    ) {
        // A line of no length with a cap is a dot: the shortest way to say where a point is. Cairo, and what draws with it,
        // leaves out square caps where there is no direction.
        let line = style.square ? "h.01" : "h0"
        let path = plane.places(of: rows).map { "M\($0.x) \($0.y)\(line)" }.joined()
        guard !path.isEmpty else { return }
        svg.group(
            "path",
            [
                "d": .text(path), "stroke": .text(style.colour), "stroke-opacity": .text(plane.opacity),
                "stroke-width": .number(plane.radius * (style.square ? 1.75 : 2)),
                "stroke-linecap": .text(style.square ? "square" : "round"), "fill": "none",
            ]
        ) { $0.title(heading) }
    }

    private func drawNoise(_ rows: [Int], _ plane: Plane, to svg: inout SVGText) {
        let places = plane.places(of: rows)
        guard !places.isEmpty else { return }
        svg.group("g", ["fill": "none", "stroke": .text(Theme.noise), "stroke-width": .text("0.8")]) { svg in
            svg.title("noise: \(Figures.count(rows.count)) points")
            for place in places {
                svg.element(
                    "circle",
                    ["cx": .text(place.x), "cy": .text(place.y), "r": .number(max(0.8, plane.radius - 0.4))]
                )
            }
        }
    }
}
