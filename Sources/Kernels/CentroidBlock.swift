import CKernels

/// Some centroids, packed for one matrix product with queries.
///
/// The score of a query q and a centroid c is q·c - ‖c‖²/2 under the Euclidean metric and q·c under the cosine: the
/// nearest centroid has the largest.
struct CentroidBlock: Sendable {
    /// The row of the first centroid.
    let firstRow: Int
    /// How many there are; the product has as many columns or a few more.
    let count: Int
    let weights: PackedWeights
    /// The length of the longest centroid, less the shift.
    let longest: Float
    /// The most that a centroid lost in length when its elements were rounded.
    let lost: Float

    /// Packs `rows` of `centroids`, less `shift` where that is not empty; as bfloat16 where `isNarrow`, which this
    /// processor must multiply.
    init(_ centroids: Matrix, rows: Range<Int>, shift: [Float], metric: Metric, isNarrow: Bool) {
        let columns = centroids.columns
        let outputs = CentroidPacking.outputs(rows.count)
        var elements = [UInt16](repeating: 0, count: isNarrow ? outputs * columns : columns)
        var bias = [Float](repeating: 0, count: outputs)
        var (longest, lost) = (Float(0), Float(0))
        var moved = [Float](repeating: 0, count: columns)
        for (place, row) in rows.enumerated() {
            moved.withUnsafeMutableBufferPointer { moved in
                centroids.storage.withUnsafeBufferPointer { storage in
                    guard let to = moved.baseAddress, let from = storage.baseAddress else { return }
                    to.update(from: from + row * columns, count: columns)
                    if !shift.isEmpty { VectorMath.add(shift, times: -1, to: to, count: columns) }
                }
            }
            let lengths = elements.withUnsafeMutableBufferPointer { elements in
                elements.baseAddress.map {
                    VectorMath.narrow(moved, to: $0 + (isNarrow ? place * columns : 0), count: columns)
                }
            }
            guard let lengths else { continue }
            longest = max(longest, lengths.length)
            lost = max(lost, lengths.lost)
            if metric == .euclidean { bias[place] = -0.5 * lengths.length * lengths.length }
        }
        firstRow = rows.lowerBound
        count = rows.count
        self.longest = longest
        if isNarrow {
            guard let packed = PackedWeights(inputs: columns, outputs: outputs, narrow: elements, bias: bias) else {
                preconditionFailure("oneDNN could not pack a \(columns) × \(outputs) matrix: out of memory?")
            }
            weights = packed
            self.lost = lost
        } else {
            weights = CentroidPacking.pack(centroids, rows: rows, shift: shift, metric: metric)
            self.lost = 0
        }
    }
}
