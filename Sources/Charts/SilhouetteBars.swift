/// The bars of silhouettes in a panel: as high as there are points, with a gap after each cluster.
struct SilhouetteBars {
    let panel: Frame
    /// The height of a point's bar.
    let unit: Double
    /// The height between clusters.
    let gap: Double

    /// - Parameter sizes: the points of each cluster, each at least one.
    init(panel: Frame, sizes: [Int]) {
        self.panel = panel
        gap = min(4, panel.height * 0.25 / Double(sizes.count))
        unit = (panel.height - gap * Double(sizes.count + 1)) / Double(max(1, sizes.reduce(0, +)))
    }

    /// The means of the values that share a step; there are no more steps than half pixels.
    func steps(of values: [Double]) -> [Double] {
        let steps = min(values.count, max(1, Int(unit * Double(values.count) * 2)))
        return (0..<steps).map { step in
            let (first, end) = (step * values.count / steps, (step + 1) * values.count / steps)
            return max(-1, min(1, values[first..<end].reduce(0, +) / Double(end - first)))
        }
    }

    /// The outline of sorted bars that start from zero.
    func outline(_ values: [Double], top: Double, _ scale: Scale) -> String {
        let steps = steps(of: values)
        let height = unit * Double(values.count)
        let zero = Figures.coordinate(scale.position(0))
        var path = "M\(zero) \(Figures.coordinate(top))"
        for (index, value) in steps.enumerated() {
            path += "H" + Figures.coordinate(scale.position(value))
            path += "V" + Figures.coordinate(top + height * Double(index + 1) / Double(steps.count))
        }
        return path + "H\(zero)Z"
    }
}
