/// Labels renumbered from 0 in ascending order of label.
struct Grouping {
    /// The group of each element.
    let index: [Int]
    /// The number of elements of each group.
    let sizes: [Int]

    /// The number of groups.
    var count: Int { sizes.count }

    init(_ labels: [Int]) {
        let distinct = Set(labels).sorted()
        var sizes = [Int](repeating: 0, count: distinct.count)
        let low = distinct.first ?? 0
        // Most labels are small numbers: a table is faster than a dictionary.
        if let high = distinct.last, high.subtractingReportingOverflow(low).overflow == false, high - low < 1 << 20 {
            var places = [Int](repeating: 0, count: high - low + 1)
            for (place, label) in distinct.enumerated() { places[label - low] = place }
            index = labels.map { label in
                let place = places[label - low]
                sizes[place] += 1
                return place
            }
        } else {
            let places = Dictionary(uniqueKeysWithValues: distinct.enumerated().map { ($1, $0) })
            index = labels.map { label in
                let place = places[label] ?? 0
                sizes[place] += 1
                return place
            }
        }
        self.sizes = sizes
    }

    /// The elements by group, then by position.
    var order: [Int] {
        var next = [Int](repeating: 0, count: count)
        for group in 1..<max(1, count) { next[group] = next[group - 1] + sizes[group - 1] }
        var order = [Int](repeating: 0, count: index.count)
        for (element, group) in index.enumerated() {
            order[next[group]] = element
            next[group] += 1
        }
        return order
    }
}
