/// A panel with two scales.
struct Axes {
    let panel: Frame
    let horizontal: Scale
    let vertical: Scale

    /// Where a pair of values is drawn, as a path has it.
    func point(_ x: Double, _ y: Double) -> String {
        Figures.coordinate(horizontal.position(x)) + " " + Figures.coordinate(vertical.position(y))
    }

    /// The panel, its grid and the numbers along it; `below` says what the horizontal axis counts.
    func draw(below: String, to svg: inout SVGText) {
        svg.element(
            "rect",
            [
                "x": .number(panel.x), "y": .number(panel.y), "width": .number(panel.width),
                "height": .number(panel.height), "fill": .text(Theme.panel),
            ]
        )
        svg.group("g", ["stroke": .text(Theme.line)]) { svg in
            for tick in vertical.ticks {
                let y = vertical.position(tick)
                svg.element(
                    "line",
                    ["x1": .number(panel.x), "x2": .number(panel.right), "y1": .number(y), "y2": .number(y)]
                )
            }
        }
        svg.group("g", ["font-size": .number(Theme.smallSize), "fill": .text(Theme.quiet)]) { svg in
            for tick in vertical.ticks {
                svg.element(
                    "text",
                    [
                        "x": .number(panel.x - 8), "y": .number(vertical.position(tick) + 4), "text-anchor": "end",
                    ],
                    text: vertical.label(tick)
                )
            }
            HorizontalAxis(panel: panel, scale: horizontal).draw(below: below, to: &svg)
        }
    }
}

/// The line under a panel, with its numbers and what they count.
struct HorizontalAxis {
    let panel: Frame
    let scale: Scale

    func draw(below: String, to svg: inout SVGText) {
        svg.element(
            "line",
            [
                "x1": .number(panel.x), "x2": .number(panel.right), "y1": .number(panel.bottom),
                "y2": .number(panel.bottom), "stroke": .text(Theme.axis),
            ]
        )
        for tick in scale.ticks {
            let x = scale.position(tick)
            svg.element(
                "line",
                [
                    "x1": .number(x), "x2": .number(x), "y1": .number(panel.bottom), "y2": .number(panel.bottom + 4),
                    "stroke": .text(Theme.axis),
                ]
            )
            svg.element(
                "text",
                ["x": .number(x), "y": .number(panel.bottom + 17), "text-anchor": "middle"],
                text: scale.label(tick)
            )
        }
        svg.element(
            "text",
            ["x": .number(panel.x + panel.width / 2), "y": .number(panel.bottom + 34), "text-anchor": "middle"],
            text: below
        )
    }
}
