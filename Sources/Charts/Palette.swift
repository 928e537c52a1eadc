/// Colours and shapes of clusters, told apart with any kind of colour vision as far as that goes: fourteen colours after
/// Okabe and Ito (2008) and Tol (2021) of different lightness, first as discs, then as squares, then darker and lighter;
/// 84 in all before they come again.
struct Palette {
    /// How the points of a cluster are drawn.
    struct Style: Equatable {
        var colour: String
        /// A square instead of a disc.
        var square: Bool
    }

    private static let base: [(red: Double, green: Double, blue: Double)] = [
        (0, 114, 178), (230, 159, 0), (0, 158, 115), (204, 85, 0), (86, 180, 233), (204, 121, 167), (51, 34, 136),
        (140, 140, 20), (136, 34, 85), (68, 170, 153), (170, 68, 153), (17, 119, 51), (102, 60, 10), (102, 153, 204),
    ]

    private let places: [Int: Int]

    /// - Parameter clusters: all that are drawn; the lowest has the first colour.
    init(_ clusters: some Sequence<Int>) {
        var places: [Int: Int] = [:]
        for (place, cluster) in Set(clusters).sorted().enumerated() { places[cluster] = place }
        self.places = places
    }

    /// The style of a cluster.
    subscript(cluster: Int) -> Style { Self.style(places[cluster] ?? 0) }

    /// The style of the cluster at a place, from 0 up.
    static func style(_ place: Int) -> Style {
        let count = base.count
        let colour = base[place % count]
        let round = place / count % 6
        // Mixed with black or white.
        let (share, other) = [(0.0, 0.0), (0.38, 0), (0.45, 255)][round / 2]
        func mixed(_ channel: Double) -> Int { Int((channel * (1 - share) + other * share).rounded()) }
        return Style(
            colour: "#" + [colour.red, colour.green, colour.blue].map { hex(mixed($0)) }.joined(),
            square: round % 2 == 1
        )
    }

    private static func hex(_ value: Int) -> String {
        let digits = String(max(0, min(255, value)), radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
}
