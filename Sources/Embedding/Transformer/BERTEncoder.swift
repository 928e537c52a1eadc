import Kernels

/// Runs a BERT encoder over records that lie end to end, without padding: every token's row is computed once, and
/// only attention knows where a record ends.
///
/// A record's vector has the same bits whatever other records share its batch.
final class BERTEncoder {
    private let weights: BERTWeights
    private let gemm = GemmLane()
    private let hidden = FloatBuffer()
    private let projected = FloatBuffer()
    private let mixed = FloatBuffer()
    private let wide = FloatBuffer()
    private let attention = FloatBuffer()

    init(_ weights: BERTWeights) {
        self.weights = weights
    }

    /// Encodes the records whose tokens lie one after another in `ids`, record `r` being `lengths[r]` long, and writes
    /// one pooled vector of `hiddenSize` elements per record to `output`.
    func encode(
        _ ids: ArraySlice<Int32>,
        lengths: ArraySlice<Int>,
        unit: Bool,
        into output: UnsafeMutablePointer<Float>
    ) {
        let configuration = weights.configuration
        let (size, tokens) = (configuration.hiddenSize, ids.count)
        // Whole steps of rows, so that the product needs no padded copy; what is in the rows beyond is never read.
        let rows = (tokens + 15) / 16 * 16
        let x = hidden.reserve(rows * size)
        embed(ids, lengths: lengths, into: x)
        for layer in weights.layers {
            attend(layer, x, rows: rows, tokens: tokens, lengths: lengths)
            feedForward(layer, x, rows: rows, tokens: tokens)
        }
        var start = 0
        for (record, length) in lengths.enumerated() {
            let pooled = configuration.pooling == .mean ? length : 1
            TransformerKernels.mean(
                of: x + start * size,
                rows: pooled,
                columns: size,
                unit: unit,
                into: output + record * size
            )
            start += length
        }
    }

    private func embed(_ ids: ArraySlice<Int32>, lengths: ArraySlice<Int>, into x: UnsafeMutablePointer<Float>) {
        let size = weights.configuration.hiddenSize
        weights.words.copy(ids, to: x)
        weights.positions.withUnsafeBufferPointer { positions in
            guard let base = positions.baseAddress else { return }
            var row = x
            for length in lengths {
                VectorMath.add(base, times: 1, to: row, count: length * size)
                row += length * size
            }
        }
        normalise(x, residual: nil, weights.embeddingNorm, tokens: ids.count)
    }

    /// x = LayerNorm(x + Attention(x)).
    private func attend(
        _ layer: BERTWeights.Layer,
        _ x: UnsafeMutablePointer<Float>,
        rows: Int,
        tokens: Int,
        lengths: ArraySlice<Int>
    ) {
        let configuration = weights.configuration
        let size = configuration.hiddenSize
        let qkv = projected.reserve(rows * 3 * size)
        let context = mixed.reserve(rows * size)
        gemm.multiply(x, rows: rows, by: layer.queryKeyValue, into: qkv)
        let scratch = attention.reserve(
            TransformerKernels.attentionScratch(tokens: lengths.max() ?? 0, headSize: configuration.headSize)
        )
        var start = 0
        for length in lengths {
            TransformerKernels.attend(
                qkv: qkv + start * 3 * size,
                tokens: length,
                heads: configuration.heads,
                headSize: configuration.headSize,
                scratch: scratch,
                into: context + start * size
            )
            start += length
        }
        // The projections are spent: their memory takes the output.
        gemm.multiply(context, rows: rows, by: layer.attentionOutput, into: qkv)
        normalise(x, residual: qkv, layer.attentionNorm, tokens: tokens)
    }

    /// x = LayerNorm(x + GELU(x · up + bias) · down + bias).
    private func feedForward(_ layer: BERTWeights.Layer, _ x: UnsafeMutablePointer<Float>, rows: Int, tokens: Int) {
        let configuration = weights.configuration
        let between = wide.reserve(rows * configuration.intermediateSize)
        let result = mixed.reserve(rows * configuration.hiddenSize)
        gemm.multiply(x, rows: rows, by: layer.up, into: between)
        TransformerKernels.addBiasGELU(
            between,
            bias: layer.upBias,
            rows: tokens,
            columns: configuration.intermediateSize
        )
        gemm.multiply(between, rows: rows, by: layer.down, into: result)
        normalise(x, residual: result, layer.outputNorm, tokens: tokens)
    }

    private func normalise(
        _ x: UnsafeMutablePointer<Float>,
        residual: UnsafePointer<Float>?,
        _ norm: BERTWeights.Norm,
        tokens: Int
    ) {
        TransformerKernels.addLayerNorm(
            x,
            residual: residual,
            gain: norm.gain,
            bias: norm.bias,
            epsilon: weights.configuration.normEpsilon,
            rows: tokens,
            columns: weights.configuration.hiddenSize
        )
    }
}
