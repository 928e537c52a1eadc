import BatchClustering
import Charts
import Foundation
import Kernels
import Projection

/// A picture of clustered vectors: the map, the curve of k and the silhouette profile.
struct ClusterPlot {
    /// The heading.
    var title: String
    /// The vectors, `n × d`.
    var vectors: Matrix
    /// The cluster of each vector; nil for none.
    var labels: [Int?]
    /// What clusters are called.
    var names: [Int: String] = [:]
    /// The metric of the space.
    var metric: Metric
    /// What the curve shows.
    var criterion = "silhouette"
    /// The numbers of clusters that were tried; empty where the number was not chosen.
    var curve: [CountTrial] = []
    /// The number that was taken.
    var chosen: Int?
    /// Figures for the head, the most important first.
    var figures: [(name: String, value: Double?)] = []
    /// Where all randomness comes from.
    var seed: UInt64 = 0

    /// The most vectors that the silhouette profile is made of: its cost is quadratic.
    private static let profileSize = 5_000

    /// Draws it into a file, by `method` or, where none is named, as the vectors are in the plane, else by UMAP.
    ///
    /// - Throws: ``Exit`` where the layout cannot be made or the file not be written.
    func write(to path: String, method: MapMethod?, quiet: Bool) throws {
        let bar = ProgressBar("drawing", total: nil, quiet: quiet)
        defer { bar.finish() }
        guard vectors.rows > 1 else {
            throw Exit(.badInput, "\(path): there are too few vectors to draw; wait for more, or give more rows")
        }
        let isPlane = method == nil && vectors.columns == 2
        let way = method ?? .umap
        let rows = Quality.draw(isPlane ? MapMethod.pca.largest : way.largest, of: vectors.rows, seed: seed)
        let shown = rows.count == vectors.rows ? vectors : vectors.selecting(rows)
        let layout: Matrix
        do {
            layout = isPlane ? shown : try way.layout(shown, metric: metric, seed: seed, lanes: .dispatch())
        } catch {
            throw Exit(.badInput, "\(path): \(error)")
        }
        var figures = figures
        if !isPlane { figures.append(("map's trustworthiness", trustworthiness(of: layout, shown))) }
        let page = ChartPage(
            title: title,
            subtitle: subtitle(shown: rows.count, way: isPlane ? "as they lie in the plane" : "by \(way.rawValue)"),
            figures: figures.compactMap { figure in
                figure.value.map { .init(name: figure.name, value: Self.text($0)) }
            },
            map: MapChart(
                x: stride(from: 0, to: layout.storage.count, by: 2).map { layout.storage[$0] },
                y: stride(from: 1, to: layout.storage.count, by: 2).map { layout.storage[$0] },
                labels: rows.map { labels[$0] },
                names: names
            ),
            curve: curve.count < 2
                ? nil
                : CurveChart(
                    criterion: criterion,
                    trials: curve.map { .init(k: $0.k, value: $0.value) },
                    chosen: chosen
                ),
            silhouette: profile()
        )
        do {
            try Data(page.svg().utf8).write(to: URL(filePath: path))
        } catch {
            throw Exit(.usage, "\(path) cannot be written: \(reason(of: error))")
        }
    }

    /// How far neighbours on the map are neighbours in the space, of as many vectors as its quadratic cost allows.
    private func trustworthiness(of layout: Matrix, _ shown: Matrix) -> Double? {
        let rows = Quality.draw(Self.profileSize, of: shown.rows, seed: seed)
        return try? Trustworthiness.measure(
            layout.selecting(rows),
            of: shown.selecting(rows),
            metric: metric,
            lanes: .dispatch()
        )
    }

    private func subtitle(shown: Int, way: String) -> String {
        let part = shown < vectors.rows ? "\(shown) of \(vectors.rows)" : "\(vectors.rows)"
        return "\(part) vectors of \(vectors.columns) elements, \(metric.rawValue) metric, laid out \(way)"
    }

    /// The silhouettes of the vectors that belong to a cluster, in the space itself and not on the map.
    private func profile() -> SilhouetteChart? {
        let members = labels.indices.filter { labels[$0] != nil }
        let rows = Quality.draw(Self.profileSize, of: members.count, seed: seed).map { members[$0] }
        let groups = rows.compactMap { labels[$0] }
        let values = Quality.silhouettes(
            vectors: vectors.selecting(rows),
            labels: groups,
            metric: metric,
            lanes: .dispatch()
        )
        return values.map { SilhouetteChart(values: $0.map(Float.init), labels: groups, names: names) }
    }

    private static func text(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : String(format: "%.3f", value)
    }
}
