public import Kernels

/// A linear map from one vector space into another, fitted to records that are known in both.
///
/// Ridge regression with an intercept (Hoerl and Kennard 1970): `W = (XᵀX + λI)⁻¹ XᵀY` of centred rows, with λ in
/// proportion to the mean variance of an input. In double precision, summed in the order of the rows, so that equal
/// records give the same bits.
public struct SpaceMap: Sendable, Equatable {
    /// What each element of a vector adds to each output, `outputs × inputs`.
    public let coefficients: Matrix
    /// What is added to each output.
    public let constants: [Float]
    /// The share of the variance of the held-out rows that the map leaves unexplained: 0 is exact, 1 no better than
    /// their mean. Nil where nothing was held out.
    public let residual: Double?
    /// The coefficients and constants, ready to be multiplied by.
    private let packed: PackedWeights

    /// The elements of a vector that is mapped.
    public var inputs: Int { coefficients.columns }
    /// The elements of what it is mapped to.
    public var outputs: Int { coefficients.rows }

    /// λ in mean variances of an input, times the number of rows.
    private static let ridge = 0.1

    init(coefficients: Matrix, constants: [Float], residual: Double?) {
        self.coefficients = coefficients
        self.constants = constants
        self.residual = residual
        packed = coefficients.storage.withUnsafeBufferPointer { elements in
            constants.withUnsafeBufferPointer { bias in
                PackedWeights(
                    inputs: coefficients.columns,
                    outputs: coefficients.rows,
                    elements: elements,
                    transposed: true,
                    bias: bias
                )
            }
        }
    }

    /// Fits the map of `source` (`n × d`) to `target` (`n × e`), row by row, without the rows `heldOut`, by which it is
    /// judged. Where nothing is left to fit every row is mapped to the mean.
    public static func fit(from source: Matrix, to target: Matrix, heldOut: [Int] = []) -> SpaceMap {
        precondition(source.rows == target.rows, "each row must be known in both spaces")
        let isHeldOut = Set(heldOut)
        let rows = (0..<source.rows).filter { !isHeldOut.contains($0) }
        let (coefficients, constants) = Regression(source, target, rows: rows, ridge: ridge).weights()
        let map = SpaceMap(coefficients: coefficients, constants: constants, residual: nil)
        let judged = (0..<source.rows).filter(isHeldOut.contains)
        guard !judged.isEmpty else { return map }
        return SpaceMap(
            coefficients: coefficients,
            constants: constants,
            residual: map.residual(of: source.selecting(judged), target.selecting(judged))
        )
    }

    /// The rows of `source` (`n × d`) in the other space, `n × e`; not of unit length. A row's result has the same bits
    /// whatever the others are.
    public func mapped(_ source: Matrix) -> Matrix {
        Gemm.multiply(source, by: packed)
    }

    /// Equal coefficients and constants.
    public static func == (a: SpaceMap, b: SpaceMap) -> Bool {
        a.coefficients == b.coefficients && a.constants == b.constants && a.residual == b.residual
    }

    private func residual(of source: Matrix, _ target: Matrix) -> Double? {
        let found = mapped(source)
        let means = Regression.means(of: target, rows: Array(0..<target.rows))
        var (missed, all) = (0.0, 0.0)
        for row in 0..<target.rows {
            for (column, (value, guess)) in zip(target[row: row], found[row: row]).enumerated() {
                missed += (Double(value) - Double(guess)) * (Double(value) - Double(guess))
                all += (Double(value) - means[column]) * (Double(value) - means[column])
            }
        }
        return all > 0 ? missed / all : nil
    }
}

/// The sums of a ridge regression.
private struct Regression {
    private let inputs: Int
    private let outputs: Int
    private let sourceMeans: [Double]
    private let targetMeans: [Double]
    /// `XᵀX + λI`, `d × d`, of which the part on and right of the diagonal is set.
    private var products: [Double]
    /// `XᵀY`, `d × e`.
    private var crossed: [Double]

    init(_ source: Matrix, _ target: Matrix, rows: [Int], ridge: Double) {
        (inputs, outputs) = (source.columns, target.columns)
        sourceMeans = Self.means(of: source, rows: rows)
        targetMeans = Self.means(of: target, rows: rows)
        products = [Double](repeating: 0, count: inputs * inputs)
        crossed = [Double](repeating: 0, count: inputs * outputs)
        for row in rows {
            let x = zip(source[row: row], sourceMeans).map { Double($0) - $1 }
            let y = zip(target[row: row], targetMeans).map { Double($0) - $1 }
            for input in 0..<inputs {
                Self.add(x[input], x, from: input, to: &products, at: input * inputs)
                Self.add(x[input], y, from: 0, to: &crossed, at: input * outputs)
            }
        }
        let variance = (0..<inputs).reduce(0) { $0 + products[$1 * inputs + $1] } / Double(max(1, inputs))
        for input in 0..<inputs { products[input * inputs + input] += ridge * variance }
    }

    /// `sums[place + i] += factor * values[i]` for i from `first` on.
    private static func add(
        _ factor: Double,
        _ values: [Double],
        from first: Int,
        to sums: inout [Double],
        at place: Int
    ) {
        values.withUnsafeBufferPointer { values in
            sums.withUnsafeMutableBufferPointer { sums in
                for index in first..<values.count { sums[place + index] += factor * values[index] }
            }
        }
    }

    static func means(of matrix: Matrix, rows: [Int]) -> [Double] {
        var sums = [Double](repeating: 0, count: matrix.columns)
        for row in rows {
            for (column, value) in matrix[row: row].enumerated() { sums[column] += Double(value) }
        }
        return sums.map { $0 / Double(max(1, rows.count)) }
    }

    /// Zeros and the means where the products have no inverse.
    func weights() -> (coefficients: Matrix, constants: [Float]) {
        let solution = solve() ?? [Double](repeating: 0, count: inputs * outputs)
        var coefficients = Matrix(rows: outputs, columns: inputs)
        var constants = targetMeans
        for output in 0..<outputs {
            for input in 0..<inputs {
                let weight = solution[input * outputs + output]
                coefficients.storage[output * inputs + input] = Float(weight)
                constants[output] -= weight * sourceMeans[input]
            }
        }
        return (coefficients, constants.map(Float.init))
    }

    /// `(XᵀX + λI)⁻¹ XᵀY` by Cholesky's `UᵀU`; nil where a pivot is not above 0.
    private func solve() -> [Double]? {
        var upper = products
        var solution = crossed
        for row in 0..<inputs {
            let pivot = upper[row * inputs + row].squareRoot()
            guard pivot > 0, pivot.isFinite else { return nil }
            for column in row..<inputs { upper[row * inputs + column] /= pivot }
            let own = Array(upper[row * inputs..<(row + 1) * inputs])
            for below in row + 1..<max(row + 1, inputs) {
                Self.add(-own[below], own, from: below, to: &upper, at: below * inputs)
            }
        }
        // Uᵀ Z = XᵀY from the top, U W = Z from the bottom; a row of all outputs at a time.
        for row in 0..<inputs { eliminate(row, (0..<row).map { ($0, upper[$0 * inputs + row]) }, upper, &solution) }
        for row in (0..<inputs).reversed() {
            eliminate(row, (row + 1..<max(row + 1, inputs)).map { ($0, upper[row * inputs + $0]) }, upper, &solution)
        }
        return solution.allSatisfy(\.isFinite) ? solution : nil
    }

    private func eliminate(
        _ row: Int,
        _ known: [(row: Int, factor: Double)],
        _ upper: [Double],
        _ solution: inout [Double]
    ) {
        for (other, factor) in known where factor != 0 {
            let values = Array(solution[other * outputs..<(other + 1) * outputs])
            Self.add(-factor, values, from: 0, to: &solution, at: row * outputs)
        }
        let pivot = upper[row * inputs + row]
        for column in row * outputs..<(row + 1) * outputs { solution[column] /= pivot }
    }
}
