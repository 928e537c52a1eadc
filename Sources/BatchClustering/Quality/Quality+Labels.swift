import Foundation

/// Agreement of two labellings of the same records. -1 is a group like any other. Empty labellings agree fully.
extension Quality {
    /// The adjusted Rand index (Hubert and Arabie 1985): 1 for the same groups, about 0 for chance, at least -0.5.
    public static func adjustedRandIndex(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        // The pair confusion matrix, each pair counted twice.
        let squares = table.cells.reduce(0) { $0 + $1.count * $1.count }
        let inRows = table.rows.reduce(0) { $0 + $1 * $1 }
        let inColumns = table.columns.reduce(0) { $0 + $1 * $1 }
        let together = squares - table.total
        let falsely = inColumns - squares
        let missed = inRows - squares
        let apart = table.total * table.total - falsely - missed - squares
        if falsely == 0, missed == 0 { return 1 }
        return 2 * (together * apart - missed * falsely)
            / ((together + missed) * (missed + apart) + (together + falsely) * (falsely + apart))
    }

    /// The normalised mutual information with the arithmetic mean of the entropies, from 0 to 1.
    public static func normalizedMutualInformation(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        if isTrivial(table) { return 1 }
        let information = table.mutualInformation
        if information <= .ulpOfOne { return 0 }
        let left = Contingency.entropy(table.rows, table.total)
        let right = Contingency.entropy(table.columns, table.total)
        return information / ((left + right) / 2)
    }

    /// The adjusted mutual information with the arithmetic mean of the entropies (Vinh, Epps and Bailey 2010): 1 for
    /// the same groups, about 0 for chance.
    public static func adjustedMutualInformation(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        if isTrivial(table) { return 1 }
        let expected = table.expectedMutualInformation
        let left = Contingency.entropy(table.rows, table.total)
        let right = Contingency.entropy(table.columns, table.total)
        let span = (left + right) / 2 - expected
        // Keeps the sign, so that neither 0/0 nor a result outside -1...1 arises from rounding.
        let bounded = span < 0 ? min(span, -.ulpOfOne) : max(span, .ulpOfOne)
        return (table.mutualInformation - expected) / bounded
    }

    /// The V-measure (Rosenberg and Hirschberg 2007), the harmonic mean of homogeneity and completeness, from 0 to 1.
    /// Equal to ``normalizedMutualInformation(_:_:)``.
    public static func vMeasure(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        if truth.isEmpty { return 1 }
        let information = table.mutualInformation
        let left = Contingency.entropy(table.rows, table.total)
        let right = Contingency.entropy(table.columns, table.total)
        let homogeneity = left > 0 ? information / left : 1
        let completeness = right > 0 ? information / right : 1
        let sum = homogeneity + completeness
        return sum > 0 ? 2 * homogeneity * completeness / sum : 0
    }

    /// The share of records that are in the majority of their found group, from 0 to 1.
    public static func purity(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        guard table.total > 0 else { return 1 }
        var largest = [Double](repeating: 0, count: table.columns.count)
        for cell in table.cells { largest[cell.column] = max(largest[cell.column], cell.count) }
        return largest.reduce(0, +) / table.total
    }

    /// The share of records whose found group has exactly the members of their true group (Zhu et al. 2019).
    public static func groupingAccuracy(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        guard table.total > 0 else { return 1 }
        return exact(table).reduce(0) { $0 + $1.count } / table.total
    }

    /// The F1 measure over whole groups: a found group counts when it has exactly the members of a true one (Jiang et
    /// al. 2024).
    public static func groupF1(_ truth: [Int], _ found: [Int]) -> Double {
        let table = Contingency(truth, found)
        let sum = table.rows.count + table.columns.count
        return sum > 0 ? 2 * Double(exact(table).count) / Double(sum) : 1
    }

    private static func exact(_ table: Contingency) -> [(row: Int, column: Int, count: Double)] {
        table.cells.filter { $0.count == table.rows[$0.row] && $0.count == table.columns[$0.column] }
    }

    /// Both sides are one group, or there is nothing at all.
    private static func isTrivial(_ table: Contingency) -> Bool {
        (table.rows.count == 1 && table.columns.count == 1) || table.total == 0
    }
}
