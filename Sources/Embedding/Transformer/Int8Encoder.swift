import Kernels

/// Runs a BERT encoder with the products of its linear layers in bytes: weights are quantised for each output once,
/// activations for each token on the way. Attention takes queries, keys and values in bfloat16; residuals and
/// normalisations stay in floats.
///
/// Everything is done in blocks of rows that stay in the second-level cache from the product to what follows it. A
/// record's vector has the same bits whatever other records share its batch.
final class Int8Encoder: RecordEncoder {
    /// Rows that go through a linear layer together.
    private static let block = 128

    /// Enough that the last block, whose rows are rounded up to a step of the product's, is a small part.
    let groupTokens = 512

    private let weights: BERTWeights
    private let layers: [BERTWeights.Layer<Int8Weights>]
    private let lane = Int8Lane()
    private let hidden = FloatBuffer()
    /// Queries, keys and values, as the upper halves of floats.
    private let projected = ScratchBuffer<UInt16>()
    private let context = FloatBuffer()
    private let attention = FloatBuffer()
    private let inner = FloatBuffer()
    /// The product adds the bias itself.
    private let noBias: [Float]
    /// What enters a layer.
    private let input: QuantisedRows
    /// What enters attention's output projection, a block at a time.
    private let attended: QuantisedRows
    /// What enters the feed-forward half of a layer, a block at a time.
    private let between: QuantisedRows
    /// The inner activations of the feed-forward half, a block at a time.
    private let wide: QuantisedRows

    /// An encoder in bytes: `layers` are those of `weights`.
    init(_ weights: BERTWeights, _ layers: [BERTWeights.Layer<Int8Weights>]) {
        self.weights = weights
        self.layers = layers
        let configuration = weights.configuration
        noBias = Array(repeating: 0, count: configuration.intermediateSize)
        input = QuantisedRows(columns: configuration.hiddenSize)
        attended = QuantisedRows(columns: configuration.hiddenSize)
        between = QuantisedRows(columns: configuration.hiddenSize)
        wide = QuantisedRows(columns: configuration.intermediateSize)
        for rows in [attended, between, wide] { rows.reserve(rows: Self.block) }
    }

    func encode(
        _ ids: ArraySlice<Int32>,
        lengths: ArraySlice<Int>,
        unit: Bool,
        into output: UnsafeMutablePointer<Float>
    ) {
        let size = weights.configuration.hiddenSize
        let x = hidden.reserve(ids.count * size)
        let qkv = projected.reserve(ids.count * 3 * size)
        let context = context.reserve(ids.count * size)
        input.reserve(rows: ids.count)
        weights.embed(ids, lengths: lengths, into: x)
        input.quantise(x, first: 0, count: ids.count)
        for layer in layers {
            for (first, count) in Self.blocks(ids.count) {
                input.project(
                    first: first,
                    count: count,
                    by: layer.queryKeyValue,
                    lane: lane,
                    intoBFloat16: qkv + first * 3 * size
                )
            }
            attend(qkv, lengths: lengths, into: context)
            for (first, count) in Self.blocks(ids.count) {
                finish(layer, context + first * size, x + first * size, first: first, count: count)
            }
        }
        weights.pool(x, lengths: lengths, unit: unit, into: output)
    }

    /// Attention within each record.
    private func attend(
        _ qkv: UnsafePointer<UInt16>,
        lengths: ArraySlice<Int>,
        into context: UnsafeMutablePointer<Float>
    ) {
        let configuration = weights.configuration
        let (size, longest) = (configuration.hiddenSize, lengths.max() ?? 0)
        let scratch = attention.reserve(
            TransformerKernels.attentionScratch(tokens: longest, headSize: configuration.headSize)
        )
        var start = 0
        for length in lengths {
            TransformerKernels.attend(
                bfloat16: qkv + start * 3 * size,
                tokens: length,
                heads: configuration.heads,
                headSize: configuration.headSize,
                scratch: scratch,
                into: context + start * size
            )
            start += length
        }
    }

    private static func blocks(_ rows: Int) -> some Sequence<(first: Int, count: Int)> {
        stride(from: 0, to: rows, by: block).lazy.map { ($0, min(block, rows - $0)) }
    }

    /// `x = LayerNorm(x + context · output)`, then `x = LayerNorm(x + activation(x · up) · down)`, of one block.
    private func finish(
        _ layer: BERTWeights.Layer<Int8Weights>,
        _ context: UnsafePointer<Float>,
        _ x: UnsafeMutablePointer<Float>,
        first: Int,
        count: Int
    ) {
        attended.quantise(context, first: 0, count: count)
        with(layer.attentionNorm) { norm in
            attended.projectAddNorm(
                first: 0,
                count: count,
                by: layer.attentionOutput,
                norm: norm,
                lane: lane,
                x: x,
                into: between,
                targetFirst: 0
            )
        }
        activate(layer, count: count)
        with(layer.outputNorm) { norm in
            wide.projectAddNorm(
                first: 0,
                count: count,
                by: layer.down,
                norm: norm,
                lane: lane,
                x: x,
                into: input,
                targetFirst: first
            )
        }
    }

    /// `wide = activation(between · up)`: GELU on the way from the sums to bytes, another one in floats between.
    private func activate(_ layer: BERTWeights.Layer<Int8Weights>, count: Int) {
        let (activation, columns) = (weights.configuration.activation, weights.configuration.intermediateSize)
        guard activation != .gelu else {
            return between.projectGELU(first: 0, count: count, by: layer.up, lane: lane, into: wide)
        }
        let x = inner.reserve(count * columns)
        between.project(first: 0, count: count, by: layer.up, lane: lane, into: x)
        TransformerKernels.addBias(x, bias: noBias, then: activation, rows: count, columns: columns)
        wide.quantise(x, first: 0, count: count)
    }

    private func with(_ norm: BERTWeights.Norm, _ body: (QuantisedRows.Norm) -> Void) {
        norm.gain.withUnsafeBufferPointer { gain in
            norm.bias.withUnsafeBufferPointer { bias in
                guard let gain = gain.baseAddress, let bias = bias.baseAddress else { return }
                body(QuantisedRows.Norm(gain: gain, bias: bias, epsilon: weights.configuration.normEpsilon))
            }
        }
    }
}
