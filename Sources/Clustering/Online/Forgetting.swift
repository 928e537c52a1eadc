import BatchClustering
import Foundation

/// Exponential forgetting on a clock that counts half-lives: what is `n` half-lives old counts `2⁻ⁿ`.
///
/// Equal to Spark's StreamingKMeans with time unit "points", where every old weight is multiplied by `a` per new record
/// and `a = exp(ln 0.5 / half-life)`.
enum Forgetting {
    /// What is left at clock `to` of a weight of 1 at clock `from`, from 0 to 1.
    static func factor(from: Double, to: Double) -> Double {
        to > from ? exp2(from - to) : 1
    }

    /// The clock after `records` records, the newest of which has `newest` as its time.
    static func clock(records: UInt64, newest: Int64?, origin: Int64?, halfLife: HalfLife) -> Double {
        switch halfLife {
        case .records(let half): Double(records) / half
        case .time(let seconds):
            if let newest, let origin { max(0, Double(newest - origin)) / (seconds * 1000) } else { 0 }
        case .none: 0
        }
    }
}
