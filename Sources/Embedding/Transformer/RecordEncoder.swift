import Kernels

/// Turns records of tokens into vectors, in one precision. Used by one thread at a time.
protocol RecordEncoder: AnyObject {
    /// About how many tokens are best encoded together.
    var groupTokens: Int { get }

    /// Encodes the records whose tokens lie one after another in `ids`, record `r` being `lengths[r]` long, and writes
    /// one pooled vector of `hiddenSize` elements per record to `output`, of unit length where `unit`.
    func encode(
        _ ids: ArraySlice<Int32>,
        lengths: ArraySlice<Int>,
        unit: Bool,
        into output: UnsafeMutablePointer<Float>
    )
}

// The steps that are the same in every precision, over rows of `hiddenSize` elements, a row a token.
extension BERTWeights {
    /// An encoder in the precision of these weights.
    func makeEncoder() -> any RecordEncoder {
        switch layers {
        case .float(let layers): BERTEncoder(self, layers)
        case .int8(let layers): Int8Encoder(self, layers)
        }
    }

    /// Writes the normalised sums of word, position and type embeddings to `x`.
    func embed(_ ids: ArraySlice<Int32>, lengths: ArraySlice<Int>, into x: UnsafeMutablePointer<Float>) {
        words.copy(ids, to: x)
        let size = configuration.hiddenSize
        positions.withUnsafeBufferPointer { positions in
            guard let base = positions.baseAddress else { return }
            var row = x
            for length in lengths {
                VectorMath.add(base, times: 1, to: row, count: length * size)
                row += length * size
            }
        }
        normalise(x, residual: nil, embeddingNorm, tokens: ids.count)
    }

    /// `x = LayerNorm(x + residual)`.
    func normalise(_ x: UnsafeMutablePointer<Float>, residual: UnsafePointer<Float>?, _ norm: Norm, tokens: Int) {
        TransformerKernels.addLayerNorm(
            x,
            residual: residual,
            gain: norm.gain,
            bias: norm.bias,
            epsilon: configuration.normEpsilon,
            rows: tokens,
            columns: configuration.hiddenSize
        )
    }

    /// Attention within each record: `qkv` has rows of `3 hiddenSize` elements, `context` of `hiddenSize`.
    func attend(
        _ qkv: UnsafePointer<Float>,
        lengths: ArraySlice<Int>,
        scratch: FloatBuffer,
        into context: UnsafeMutablePointer<Float>
    ) {
        let size = configuration.hiddenSize
        let longest = lengths.max() ?? 0
        let scratch = scratch.reserve(
            TransformerKernels.attentionScratch(tokens: longest, headSize: configuration.headSize)
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
    }

    /// One vector for each record: the mean of its rows, or its first row.
    func pool(
        _ x: UnsafePointer<Float>,
        lengths: ArraySlice<Int>,
        unit: Bool,
        into output: UnsafeMutablePointer<Float>
    ) {
        let size = configuration.hiddenSize
        var start = 0
        for (record, length) in lengths.enumerated() {
            TransformerKernels.mean(
                of: x + start * size,
                rows: configuration.pooling == .mean ? length : 1,
                columns: size,
                unit: unit,
                into: output + record * size
            )
            start += length
        }
    }
}
