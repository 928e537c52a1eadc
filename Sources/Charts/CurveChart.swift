/// How good each number of clusters was, and which one was chosen.
public struct CurveChart: Sendable, Equatable {
    /// A number of clusters that was tried.
    public struct Trial: Sendable, Equatable {
        /// The number of clusters.
        public var k: Int
        /// The criterion's value.
        public var value: Double

        /// Memberwise.
        public init(k: Int, value: Double) {
            self.k = k
            self.value = value
        }
    }

    /// The heading.
    public var title = "Number of clusters"
    /// What the numbers were judged by, such as "silhouette".
    public var criterion: String
    /// The numbers that were tried, in any order; values that are not finite are not drawn.
    public var trials: [Trial]
    /// The number that was chosen, nil for none.
    public var chosen: Int?

    /// Memberwise.
    public init(criterion: String, trials: [Trial], chosen: Int?) {
        self.criterion = criterion
        self.trials = trials
        self.chosen = chosen
    }

    /// The curve as a document of 560 × 400 pixels.
    public func svg() -> String { document(width: 560, height: 400) }

    private var drawn: [Trial] {
        trials.filter { $0.value.isFinite }.sorted { ($0.k, $0.value) < ($1.k, $1.value) }
    }
}

extension CurveChart: Chart {
    var clusters: Set<Int> { [] }

    var summary: String {
        guard !drawn.isEmpty else { return "none was tried" }
        let choice = chosen.map { "k = \($0) chosen by \(criterion)" } ?? criterion
        return choice + ", \(drawn.count) " + (drawn.count == 1 ? "number" : "numbers") + " tried"
    }

    func draw(in frame: Frame, palette: Palette, to svg: inout SVGText) {
        let trials = drawn
        guard let first = trials.first, let last = trials.last else {
            return drawEmpty("no numbers were tried", in: frame, to: &svg)
        }
        let values = trials.map(\.value)
        let range = (values.min() ?? 0)...(values.max() ?? 0)
        var panel = frame.inset(left: 12, top: 8, right: 8, bottom: 40)
        let vertical = Scale(range, from: panel.bottom, to: panel.y, ticks: max(2, Int(panel.height / 45)))
        let labels = vertical.ticks.map { Theme.width(vertical.label($0), size: Theme.smallSize) }
        panel = panel.inset(left: (labels.max() ?? 0) + 8)
        let horizontal = Scale(
            Double(first.k)...Double(last.k),
            from: panel.x + 10,
            to: panel.right - 10,
            ticks: max(2, Int(panel.width / 60)),
            widened: false,
            whole: true
        )
        let axes = Axes(panel: panel, horizontal: horizontal, vertical: vertical)
        axes.draw(below: "k, the number of clusters", to: &svg)
        drawChoice(axes, among: trials, to: &svg)
        let path = trials.map { axes.point(Double($0.k), $0.value) }.joined(separator: "L")
        svg.element(
            "path",
            [
                "d": .text("M" + path), "fill": "none", "stroke": .text(Theme.curve), "stroke-width": 2,
                "stroke-linejoin": "round",
            ]
        )
        let radius = trials.count > 30 ? 2.2 : 3.2
        for trial in trials where trial.k != chosen { drawDot(trial, axes, radius, to: &svg) }
        if let trial = trials.last(where: { $0.k == chosen }) { drawDot(trial, axes, 5.5, to: &svg) }
    }

    private func drawDot(_ trial: Trial, _ axes: Axes, _ radius: Double, to svg: inout SVGText) {
        let isChosen = trial.k == chosen
        svg.group(
            "circle",
            [
                "cx": .number(axes.horizontal.position(Double(trial.k))),
                "cy": .number(axes.vertical.position(trial.value)), "r": .number(radius),
                "fill": .text(isChosen ? Theme.accent : Theme.curve), "stroke": .text(Theme.ground),
                "stroke-width": .number(radius > 3 ? 1.5 : 0.8),
            ]
        ) { $0.title("k = \(trial.k): \(Figures.short(trial.value))") }
    }

    /// The line through the number chosen, with its name on the side where there is room.
    private func drawChoice(_ axes: Axes, among trials: [Trial], to svg: inout SVGText) {
        guard let trial = trials.last(where: { $0.k == chosen }) else { return }
        let x = axes.horizontal.position(Double(trial.k))
        svg.element(
            "line",
            [
                "x1": .number(x), "x2": .number(x), "y1": .number(axes.panel.y), "y2": .number(axes.panel.bottom),
                "stroke": .text(Theme.accent), "stroke-dasharray": "4 3",
            ]
        )
        let text = "k = \(trial.k) (\(Figures.short(trial.value)))"
        let width = Theme.width(text, size: Theme.textSize)
        let onRight = x + width + 12 < axes.panel.right
        // The half of the panel in which the curve is not.
        let isHigh = axes.vertical.position(trial.value) < axes.panel.y + axes.panel.height / 2
        svg.element(
            "text",
            [
                "x": .number(onRight ? x + 8 : x - 8),
                "y": .number(isHigh ? axes.panel.bottom - 10 : axes.panel.y + 18),
                "text-anchor": .text(onRight ? "start" : "end"), "font-size": .number(Theme.textSize),
                "font-weight": 700, "fill": .text(Theme.accent), "stroke": .text(Theme.panel), "stroke-width": 3,
                "paint-order": "stroke",
            ],
            text: text
        )
    }
}
