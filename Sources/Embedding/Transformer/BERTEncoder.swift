import Kernels

/// Runs a BERT encoder over records that lie end to end, without padding: every token's row is computed once, and
/// only attention knows where a record ends.
///
/// A record's vector has the same bits whatever other records share its batch.
final class BERTEncoder: RecordEncoder {
    /// Enough to keep the products busy, few enough to stay in the second-level cache between them.
    let groupTokens = 256

    private let weights: BERTWeights
    private let layers: [BERTWeights.Layer<PackedWeights>]
    private let gemm = GemmLane()
    private let hidden = FloatBuffer()
    private let projected = FloatBuffer()
    private let mixed = FloatBuffer()
    private let wide = FloatBuffer()
    private let attention = FloatBuffer()

    /// An encoder in floats: `layers` are those of `weights`.
    init(_ weights: BERTWeights, _ layers: [BERTWeights.Layer<PackedWeights>]) {
        self.weights = weights
        self.layers = layers
    }

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
        weights.embed(ids, lengths: lengths, into: x)
        for layer in layers {
            attend(layer, x, rows: rows, tokens: tokens, lengths: lengths)
            feedForward(layer, x, rows: rows, tokens: tokens)
        }
        weights.pool(x, lengths: lengths, unit: unit, into: output)
    }

    /// x = LayerNorm(x + Attention(x)).
    private func attend(
        _ layer: BERTWeights.Layer<PackedWeights>,
        _ x: UnsafeMutablePointer<Float>,
        rows: Int,
        tokens: Int,
        lengths: ArraySlice<Int>
    ) {
        let size = weights.configuration.hiddenSize
        let qkv = projected.reserve(rows * 3 * size)
        let context = mixed.reserve(rows * size)
        gemm.multiply(x, rows: rows, by: layer.queryKeyValue, into: qkv)
        weights.attend(qkv, lengths: lengths, scratch: attention, into: context)
        // The projections are spent: their memory takes the output.
        gemm.multiply(context, rows: rows, by: layer.attentionOutput, into: qkv)
        weights.normalise(x, residual: qkv, layer.attentionNorm, tokens: tokens)
    }

    /// x = LayerNorm(x + activation(x · up + bias) · down + bias).
    private func feedForward(
        _ layer: BERTWeights.Layer<PackedWeights>,
        _ x: UnsafeMutablePointer<Float>,
        rows: Int,
        tokens: Int
    ) {
        let configuration = weights.configuration
        let between = wide.reserve(rows * configuration.intermediateSize)
        let result = mixed.reserve(rows * configuration.hiddenSize)
        gemm.multiply(x, rows: rows, by: layer.up, into: between)
        TransformerKernels.addBias(
            between,
            bias: layer.upBias,
            then: configuration.activation,
            rows: tokens,
            columns: configuration.intermediateSize
        )
        gemm.multiply(between, rows: rows, by: layer.down, into: result)
        weights.normalise(x, residual: result, layer.outputNorm, tokens: tokens)
    }
}
