/// Where the points of a map are drawn, with the same scale along both axes.
struct Plane {
    private let x: [Float]
    private let y: [Float]
    private let kept: [Bool]
    private let scale: Double
    private let left: Double
    private let bottom: Double
    /// The radius of a point: many points are small.
    let radius: Double
    /// The opacity of a point.
    let opacity: String

    /// - Parameter drawn: the points with finite coordinates, at least one.
    init(x: [Float], y: [Float], drawn: [Int], frame: Frame) {
        self.x = x
        self.y = y
        var (lowX, highX, lowY, highY) = (Double.infinity, -Double.infinity, Double.infinity, -Double.infinity)
        for point in drawn {
            lowX = min(lowX, Double(x[point]))
            highX = max(highX, Double(x[point]))
            lowY = min(lowY, Double(y[point]))
            highY = max(highY, Double(y[point]))
        }
        let (width, height) = (highX - lowX, highY - lowY)
        let fitting = min(
            width > 0 ? frame.width / width : .infinity,
            height > 0 ? frame.height / height : .infinity
        )
        scale = fitting.isFinite ? fitting : 1
        left = frame.x + (frame.width - width * scale) / 2 - lowX * scale
        bottom = frame.bottom - (frame.height - height * scale) / 2 + lowY * scale
        var kept = [Bool](repeating: false, count: max(x.count, y.count))
        let limit = MapChart.mostPoints
        for (place, point) in drawn.enumerated() {
            kept[point] = drawn.count <= limit || place * limit / drawn.count != (place - 1) * limit / drawn.count
        }
        self.kept = kept
        let shown = Double(min(limit, drawn.count))
        radius = max(1.1, min(3.6, 3.6 * (300 / shown).squareRoot().squareRoot()))
        opacity = shown > 3000 ? "0.7" : "0.8"
    }

    /// Where the points that are kept lie, each place once.
    func places(of rows: [Int]) -> [(x: String, y: String)] {
        var seen: Set<SIMD2<Int32>> = []
        var places: [(x: String, y: String)] = []
        for row in rows where kept[row] {
            let (horizontal, vertical) = position(row)
            let rounded = SIMD2(Int32(horizontal * 10), Int32(vertical * 10))
            guard seen.insert(rounded).inserted else { continue }
            places.append((Figures.coordinate(horizontal), Figures.coordinate(vertical)))
        }
        return places
    }

    private func position(_ row: Int) -> (x: Double, y: Double) {
        (left + Double(x[row]) * scale, bottom - Double(y[row]) * scale)
    }

    /// Where the number of a cluster stands: on the drawn point nearest to the middle (the median of each coordinate),
    /// above the points where they are so close together that it would cover them. Nil without points.
    func tagPlace(for rows: [Int]) -> (x: Double, y: Double)? {
        let drawn = rows.filter { kept[$0] }.map(position)
        guard !drawn.isEmpty else { return nil }
        let (xs, ys) = (drawn.map(\.x).sorted(), drawn.map(\.y).sorted())
        let (middleX, middleY) = (xs[drawn.count / 2], ys[drawn.count / 2])
        let (tenth, last) = (drawn.count / 10, drawn.count - 1)
        let extent = max(xs[last - tenth] - xs[tenth], ys[last - tenth] - ys[tenth])
        if extent < Self.tagExtent { return (middleX, ys[tenth] - radius - 8) }
        return drawn.min { squared($0, middleX, middleY) < squared($1, middleX, middleY) }
    }

    /// A cluster narrower than this has its number above.
    private static let tagExtent = 30.0

    private func squared(_ place: (x: Double, y: Double), _ x: Double, _ y: Double) -> Double {
        (place.x - x) * (place.x - x) + (place.y - y) * (place.y - y)
    }
}

/// The numbers of clusters on a map; one that would cover another is left out.
struct MapTags {
    private var taken: [Frame] = []

    mutating func add(_ text: String, at place: (x: Double, y: Double), to svg: inout SVGText) {
        let width = Theme.width(text, size: Theme.textSize)
        let frame = Frame(x: place.x - width / 2 - 1, y: place.y - 7, width: width + 2, height: 14)
        let covers = taken.contains {
            $0.x < frame.right && frame.x < $0.right && $0.y < frame.bottom && frame.y < $0.bottom
        }
        guard !covers else { return }
        taken.append(frame)
        svg.element(
            "text",
            [
                "x": .number(place.x), "y": .number(place.y + 4), "text-anchor": "middle",
                "font-size": .number(Theme.textSize), "font-weight": 700, "fill": .text(Theme.text),
                "stroke": .text(Theme.ground), "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke",
                "pointer-events": "none",
            ],
            text: text
        )
    }
}
