import Foundation
import TestSupport
import Testing

@testable import Charts

#if canImport(FoundationXML)
import FoundationXML
#endif

/// The elements and texts of a document, by a parser that refuses what is not well-formed.
final class Parsed: NSObject, XMLParserDelegate {
    private(set) var names: [String] = []
    private(set) var texts: [String] = []
    private(set) var attributes: [[String: String]] = []

    init?(_ document: String) {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        names.append(name)
        texts.append("")
        self.attributes.append(attributes)
    }

    func parser(_ parser: XMLParser, foundCharacters text: String) { texts[texts.count - 1] += text }

    func parserDidEndDocument(_ parser: XMLParser) {
        texts = texts.map { $0.trimmingCharacters(in: .newlines) }
    }

    func count(_ name: String) -> Int { names.filter { $0 == name }.count }

    func texts(of name: String) -> [String] { zip(names, texts).filter { $0.0 == name }.map(\.1) }

    /// Whether some text, as it is read, has `part` in it.
    func says(_ part: String) -> Bool { texts.contains { $0.contains(part) } }
}

/// Inputs for all charts.
enum Sample {
    static let hostile: [Int: String] = [
        0: "<script>alert('x')</script>", 1: "a & b \"quoted\" ]]>", 2: "nul \u{0} bell \u{7} \u{FFFE}",
        3: String(repeating: "very long ", count: 60), 4: "多言語のラベル 🙂", 5: "", 6: "line\nbreak\ttab",
    ]

    /// Points on rings, as many clusters as asked for, every tenth point noise.
    static func points(_ count: Int, clusters: Int, noise: Bool = true) -> (x: [Float], y: [Float], labels: [Int?]) {
        var (x, y, labels): ([Float], [Float], [Int?]) = ([], [], [])
        for index in 0..<count {
            let cluster = index % max(1, clusters)
            let angle = Float(index) * 2.399_963
            let centre = Float(cluster) * 0.7
            x.append(cos(centre) * Float(cluster + 4) + cos(angle) * 0.4 + Float(index % 7) * 0.05)
            y.append(sin(centre) * Float(cluster + 4) + sin(angle) * 0.4)
            labels.append(clusters == 0 || (noise && index % 10 == 9) ? nil : cluster * 3)
        }
        return (x, y, labels)
    }

    static func map(_ count: Int, clusters: Int, noise: Bool = true) -> MapChart {
        let points = points(count, clusters: clusters, noise: noise)
        return MapChart(x: points.x, y: points.y, labels: points.labels)
    }

    static func silhouette(_ count: Int, clusters: Int) -> SilhouetteChart {
        let points = points(count, clusters: clusters)
        let values = (0..<count).map { Float(cos(Double($0) * 0.7)) * 0.4 + 0.4 }
        return SilhouetteChart(values: values, labels: points.labels)
    }

    static let curve = CurveChart(
        criterion: "silhouette",
        trials: [(2, 0.31), (3, 0.4), (4, 0.52), (6, 0.61), (8, 0.55), (12, 0.41)].map { .init(k: $0.0, value: $0.1) },
        chosen: 6
    )
}

@Suite("Charts")
struct ChartTests {
    @Test func documentsAreWellFormedWhateverTheNames() throws {
        var map = Sample.map(600, clusters: 7)
        map.names = Dictionary(uniqueKeysWithValues: Sample.hostile.map { ($0 * 3, $1) })
        map.title = "<&>\"'\u{1}"
        var silhouette = Sample.silhouette(600, clusters: 7)
        silhouette.names = map.names
        var curve = Sample.curve
        curve.criterion = "</text>&"
        let figures = [ChartPage.Figure(name: "<b>", value: "&amp;")]
        let page = ChartPage(
            title: "]]>",
            subtitle: "<!-- -->",
            figures: figures,
            map: map,
            curve: curve,
            silhouette: silhouette
        )
        for document in [map.svg(), silhouette.svg(), curve.svg(), page.svg()] {
            let parsed = try #require(Parsed(document))
            #expect(parsed.names[0] == "svg" && parsed.names[1] == "title" && parsed.names[2] == "desc")
            #expect(parsed.count("script") == 0 && parsed.count("b") == 0)
        }
        let parsed = try #require(Parsed(page.svg()))
        #expect(parsed.says("<script>alert('x')</script>"))
        #expect(parsed.says("line break tab"))
        #expect(parsed.says("&amp;"))
        #expect(parsed.texts(of: "title").first == "]]>")
    }

    @Test func bytesAreEqualForEqualInputs() {
        let page = ChartPage(
            title: "t",
            map: Sample.map(900, clusters: 30),
            curve: Sample.curve,
            silhouette: Sample.silhouette(900, clusters: 30)
        )
        let document = page.svg()
        for _ in 0..<5 { #expect(page.svg() == document) }
    }

    @Test func nothingToDrawIsSaid() throws {
        let map = MapChart(x: [], y: [], labels: [])
        let curve = CurveChart(criterion: "elbow", trials: [], chosen: nil)
        let silhouette = SilhouetteChart(values: [], labels: [])
        let page = ChartPage(title: "empty", map: map, curve: curve, silhouette: silhouette)
        let parsed = try #require(Parsed(page.svg()))
        #expect(parsed.says("no points") && parsed.says("no numbers were tried"))
        for document in [map.svg(), curve.svg(), silhouette.svg()] { #expect(Parsed(document) != nil) }
    }

    @Test func oneClusterOnePointAndEqualPointsAreDrawn() throws {
        for count in [1, 2, 40] {
            let map = MapChart(
                x: Array(repeating: 3, count: count),
                y: Array(repeating: -1, count: count),
                labels: Array(repeating: 8, count: count)
            )
            let silhouette = SilhouetteChart(values: Array(repeating: 0, count: count), labels: map.labels)
            let curve = CurveChart(criterion: "bic", trials: [.init(k: 2, value: -1e9)], chosen: 2)
            let page = ChartPage(title: "one", map: map, curve: curve, silhouette: silhouette).svg()
            #expect(try #require(Parsed(page)).says("\(count) points in 1 cluster"))
            #expect(!page.contains("nan") && !page.contains("inf"))
        }
    }

    @Test func valuesThatAreNotFiniteAreLeftOut() throws {
        let map = MapChart(x: [0, .nan, 1, .infinity], y: [0, 1, 1, 0], labels: [1, 1, 2, 2])
        let curve = CurveChart(
            criterion: "x",
            trials: [.init(k: 2, value: .nan), .init(k: 3, value: 1)],
            chosen: 2
        )
        let silhouette = SilhouetteChart(values: [.nan, 0.5], labels: [1, 1])
        let page = ChartPage(title: "gaps", map: map, curve: curve, silhouette: silhouette).svg()
        #expect(Parsed(page) != nil)
        #expect(!page.contains("nan") && !page.contains("inf"))
        #expect(try #require(Parsed(page)).count("circle") == 3, "two swatches and one dot of the curve")
    }

    @Test func everyClusterHasOnePathThatSaysWhatItIs() throws {
        var map = Sample.map(300, clusters: 5)
        map.names = [6: "refunds"]
        let parsed = try #require(Parsed(map.svg()))
        #expect(parsed.count("path") == 5)
        #expect(parsed.texts(of: "title").contains("cluster 6, refunds: 60 points"))
        #expect(parsed.texts(of: "title").contains("noise: 30 points"))
    }

    @Test("Cairo draws no square cap on a line without direction")
    func squaresHaveADirection() {
        let paths = Sample.map(3_000, clusters: 40).svg().split(separator: "<path ").filter {
            $0.contains("\"square\"")
        }
        #expect(!paths.isEmpty)
        #expect(paths.allSatisfy { $0.contains("h.01") && !$0.contains("h0") })
    }

    @Test func legendNamesTheLargestAndCountsTheRest() throws {
        var map = Sample.map(4000, clusters: 40, noise: false)
        map.labels = map.labels.enumerated().map { $0 < 2000 ? 0 : $1 }
        map.namedAtMost = 4
        let texts = try #require(Parsed(map.svg())).texts(of: "text")
        #expect(texts.contains("36 more"))
        #expect(texts.contains("2,050"))
        #expect(texts.contains("cluster 3") && !texts.contains("cluster 117"))
        map.namedAtMost = 1000
        #expect(try #require(Parsed(map.svg())).texts(of: "text").contains { $0.hasSuffix(" more") })
    }

    @Test func manyPointsStaySmall() throws {
        let map = Sample.map(60_000, clusters: 60)
        let document = map.svg()
        #expect(document.utf8.count < 450_000)
        #expect(try #require(Parsed(document)).says("60,000 points in 54 clusters, 6,000 noise"))
    }

    @Test func coloursOfManyClustersDiffer() {
        var seen: Set<String> = []
        for place in 0..<84 {
            let style = Palette.style(place)
            #expect(style.colour.count == 7)
            #expect(seen.insert("\(style.colour) \(style.square)").inserted)
        }
    }

    @Test func chosenNumberIsMarkedAndNamed() throws {
        let parsed = try #require(Parsed(Sample.curve.svg()))
        #expect(parsed.texts(of: "text").contains("k = 6 (0.610)"))
        #expect(parsed.count("circle") == 6)
        #expect(parsed.texts(of: "title").contains("k = 12: 0.410"))
        var unchosen = Sample.curve
        unchosen.chosen = nil
        #expect(try !#require(Parsed(unchosen.svg())).texts(of: "text").contains { $0.hasPrefix("k = 6") })
    }

    @Test func profilesAreSortedByTheirMeans() throws {
        let chart = SilhouetteChart(values: [0.1, 0.9, 0.2, 0.8, 0.5], labels: [4, 7, 4, 7, nil])
        let titles = try #require(Parsed(chart.svg())).texts(of: "title").filter { $0.hasPrefix("cluster") }
        #expect(titles == ["cluster 7: 2 points, mean 0.850", "cluster 4: 2 points, mean 0.150"])
    }

    @Test func ticksAreRoundNumbersWithinTheAxis() {
        let ranges: [ClosedRange<Double>] = [
            0...1, -0.13...0.77, 2...128, 0...1e-5, -3e9...4e9, 5...5, 0...0, 1...1.0001, 99.5...100.5,
        ]
        for range in ranges {
            let scale = Scale(range, from: 300, to: 10, ticks: 6)
            #expect((2...14).contains(scale.ticks.count), "\(range): \(scale.ticks)")
            #expect(scale.values.contains(range.lowerBound) && scale.values.contains(range.upperBound))
            #expect(abs(scale.position(scale.values.lowerBound) - 300) < 1e-9)
            #expect(Set(scale.ticks.map(scale.label)).count == scale.ticks.count, "\(scale.ticks.map(scale.label))")
        }
        #expect(
            Scale(0...1, from: 0, to: 1, ticks: 5).ticks.map { Figures.decimal($0, places: 1) }
                == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]
        )
        let whole = Scale(2...4, from: 0, to: 1, ticks: 10, widened: false, whole: true)
        #expect(whole.ticks.map(whole.label) == ["2", "3", "4"])
    }

    @Test func numbersAreWrittenPlainly() {
        #expect(Figures.coordinate(12.34) == "12.3")
        #expect(Figures.coordinate(-0.04) == "0")
        #expect(Figures.coordinate(-3.96) == "-4")
        #expect(Figures.coordinate(.nan) == "0")
        #expect(Figures.count(1_234_567) == "1,234,567")
        #expect(Figures.count(-1000) == "-1,000")
        #expect(Figures.decimal(-0.5, places: 2) == "-0.50")
        #expect(Figures.decimal(1999.995, places: 1) == "2,000.0")
        #expect(Figures.short(0.61234) == "0.612")
        #expect(Figures.short(12_345) == "12,345")
        #expect(Figures.short(3.4e9) == "3.40B")
        #expect(Figures.short(-2e-5) == "-2.00e-5")
        #expect(Figures.short(-128_000_000) == "-128M")
        #expect(Figures.short(7e20) == "7.00e20")
        #expect(Figures.short(.infinity) == "-")
    }

    @Test func textsAreCutWhereTheyDoNotFit() {
        #expect(Theme.fitted("short", size: 12, width: 100) == "short")
        let cut = Theme.fitted("a label that goes on and on", size: 12, width: 80)
        #expect(cut.hasSuffix("…") && Theme.width(cut, size: 12) < 90)
    }
}
