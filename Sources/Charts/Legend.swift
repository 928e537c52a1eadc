/// Which colour is which cluster, and how large it is.
struct Legend {
    struct Entry {
        var cluster: Int
        var name: String?
        var size: Int
    }

    /// The clusters, largest first.
    let entries: [Entry]
    /// The number of points without a cluster.
    let noise: Int
    /// How many clusters are named.
    let most: Int

    private static let rowHeight = 21.0

    func draw(in frame: Frame, palette: Palette, to svg: inout SVGText) {
        // One row for noise and one for those not named.
        let room = Int(frame.height / Self.rowHeight) - 2
        let named = entries.prefix(max(1, min(most, room)))
        let haveNames = named.contains { $0.name != nil }
        let idWidth = named.map { Theme.width(String($0.cluster), size: Theme.textSize) }.max() ?? 0
        var y = frame.y + 14
        for entry in named {
            let text = haveNames ? entry.name ?? "" : "cluster \(entry.cluster)"
            let id = haveNames ? String(entry.cluster) : nil
            drawRow(entry.size, name: text, id: id, idWidth, in: frame, y: y, to: &svg) { svg in
                drawSwatch(palette[entry.cluster], x: frame.x + 6, y: y - 4, to: &svg)
            }
            y += Self.rowHeight
        }
        let others = entries.dropFirst(named.count)
        if !others.isEmpty {
            let size = others.reduce(0) { $0 + $1.size }
            let text = "\(Figures.count(others.count)) more"
            drawRow(size, name: text, id: nil, 0, in: frame, y: y, to: &svg) { _ in }
            y += Self.rowHeight
        }
        if noise > 0 {
            drawRow(noise, name: "noise", id: nil, 0, in: frame, y: y, to: &svg) { svg in
                svg.element(
                    "circle",
                    [
                        "cx": .number(frame.x + 6), "cy": .number(y - 4), "r": 4, "fill": "none",
                        "stroke": .text(Theme.noise), "stroke-width": .text("1.2"),
                    ]
                )
            }
        }
    }

    private func drawSwatch(_ style: Palette.Style, x: Double, y: Double, to svg: inout SVGText) {
        if style.square {
            svg.element(
                "rect",
                [
                    "x": .number(x - 4.5), "y": .number(y - 4.5), "width": 9, "height": 9, "fill": .text(style.colour),
                ]
            )
        } else {
            svg.element("circle", ["cx": .number(x), "cy": .number(y), "r": 5, "fill": .text(style.colour)])
        }
    }

    private func drawRow(
        _ size: Int,
        name: String,
        id: String?,
        _ idWidth: Double,
        in frame: Frame,
        y: Double,
        to svg: inout SVGText,
        _ swatch: (inout SVGText) -> Void
    ) {
        let count = Figures.count(size)
        let left = frame.x + 20 + (id == nil ? 0 : idWidth + 8)
        let width = frame.right - left - Theme.width(count, size: Theme.textSize) - 10
        svg.group("g", ["font-size": .number(Theme.textSize), "fill": .text(Theme.text)]) { svg in
            svg.title((id.map { "\($0) " } ?? "") + name + ": " + count)
            swatch(&svg)
            if let id {
                svg.element(
                    "text",
                    [
                        "x": .number(frame.x + 20 + idWidth), "y": .number(y), "text-anchor": "end",
                        "font-weight": 700,
                    ],
                    text: id
                )
            }
            svg.element(
                "text",
                ["x": .number(left), "y": .number(y)],
                text: Theme.fitted(name, size: Theme.textSize, width: width)
            )
            svg.element(
                "text",
                [
                    "x": .number(frame.right), "y": .number(y), "text-anchor": "end", "fill": .text(Theme.quiet),
                ],
                text: count
            )
        }
    }
}
