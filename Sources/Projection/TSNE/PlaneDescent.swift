import Kernels

/// The descent by which t-SNE finds its layout: gradient steps with momentum and a gain for each coordinate (van der
/// Maaten 2014, section 5; Jacobs 1988).
struct PlaneDescent {
    private let graph: SparseGraph
    private let options: TSNEOptions
    private let learningRate: Float
    private var tree = PointTree()

    private static let partGroups = 16
    private static let leastGain: Float = 0.01
    /// A gradient shorter than this ends the descent.
    private static let leastGradient = 1e-7

    init(graph: SparseGraph, options: TSNEOptions) {
        self.graph = graph
        self.options = options
        let count = Double(graph.count)
        // A few points pull on each other so hard that long steps would throw them apart for ever.
        learningRate = Float(max(count / options.exaggeration / 4, min(50, count / 2)))
    }

    /// Moves the points of `layout` (`n × 2`).
    mutating func run(_ layout: inout Matrix, lanes: Lanes) {
        let count = graph.count
        var push = [Float](repeating: 0, count: 2 * count)
        var pull = push
        var speed = push
        var gains = [Float](repeating: 1, count: 2 * count)
        layout.storage.withShared { layout in
            push.withShared { push in
                pull.withShared { pull in
                    speed.withShared { speed in
                        gains.withShared { gains in
                            for step in 0..<options.iterations {
                                let early = step < options.exaggeratedSteps
                                let total = forces(layout, push, pull, lanes: lanes)
                                let length = move(
                                    layout,
                                    Forces(
                                        push: push,
                                        pull: pull,
                                        pulling: early ? Float(options.exaggeration) : 1,
                                        total: total
                                    ),
                                    speed,
                                    gains,
                                    momentum: early ? 0.5 : 0.8
                                )
                                if length < Self.leastGradient { return }
                            }
                        }
                    }
                }
            }
        }
    }

    private struct Forces {
        let push: SharedBuffer<Float>
        let pull: SharedBuffer<Float>
        let pulling: Float
        let total: Double
    }

    /// Writes what pushes and pulls each point; returns the sum of `q` over all pairs.
    private mutating func forces(
        _ layout: SharedBuffer<Float>,
        _ push: SharedBuffer<Float>,
        _ pull: SharedBuffer<Float>,
        lanes: Lanes
    ) -> Double {
        tree.build(layout, count: graph.count)
        let (tree, graph) = (tree, graph)
        let squaredAngle = Float(options.angle * options.angle)
        let groups = (graph.count + 7) / 8
        var sums = [Double](repeating: 0, count: groups)
        sums.withShared { sums in
            lanes.run(over: groups, by: Self.partGroups) { part in
                for group in part {
                    let force = PlaneForces.repulsion(8 * group, in: tree, squaredAngle: squaredAngle)
                    for lane in 0..<min(8, graph.count - 8 * group) {
                        let point = Int(tree.order[8 * group + lane])
                        push[2 * point] = force.x[lane]
                        push[2 * point + 1] = force.y[lane]
                        sums[group] += Double(force.sum[lane])
                        (pull[2 * point], pull[2 * point + 1]) = PlaneForces.attraction(point, graph, layout)
                    }
                }
            }
        }
        return max(sums.reduce(0, +), .leastNormalMagnitude)
    }

    /// One step; returns the length of the gradient.
    private func move(
        _ layout: SharedBuffer<Float>,
        _ forces: Forces,
        _ speed: SharedBuffer<Float>,
        _ gains: SharedBuffer<Float>,
        momentum: Float
    ) -> Double {
        let factor = Float(1 / forces.total)
        var length = 0.0
        for index in 0..<2 * graph.count {
            let gradient = 4 * (forces.pulling * forces.pull[index] - forces.push[index] * factor)
            length += Double(gradient) * Double(gradient)
            let onward = gradient * speed[index] < 0
            gains[index] = max(Self.leastGain, onward ? gains[index] + 0.2 : gains[index] * 0.8)
            speed[index] = momentum * speed[index] - learningRate * gains[index] * gradient
            layout[index] += speed[index]
        }
        return length.squareRoot()
    }
}
