/// How many insertions, deletions, substitutions and swaps of neighbours turn one word into another (optimal string
/// alignment distance).
func editDistance(_ first: String, _ second: String) -> Int {
    let (one, two) = (Array(first), Array(second))
    var rows = [Array(0...two.count)]
    for i in 0..<one.count {
        var row = [i + 1]
        for j in 0..<two.count {
            var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (one[i] == two[j] ? 0 : 1))
            if i > 0, j > 0, one[i] == two[j - 1], one[i - 1] == two[j] { best = min(best, rows[i - 1][j - 1] + 1) }
            row.append(best)
        }
        rows.append(row)
    }
    return rows[one.count][two.count]
}

/// The candidate nearest to a word, where it is near enough to have been meant.
func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
    func plain(_ text: String) -> String { text.lowercased().filter { $0 != "_" && $0 != "-" } }
    let distances = candidates.map { (name: $0, distance: editDistance(plain(word), plain($0))) }
    guard let best = distances.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }) else { return nil }
    return best.distance <= max(1, min(3, word.count / 3)) ? best.name : nil
}
