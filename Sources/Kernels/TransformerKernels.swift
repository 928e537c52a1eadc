import CKernels

/// What stands between the two linear layers of a feed-forward block.
public enum Activation: String, Sendable {
    /// x Φ(x), the form with the error function (Hendrycks and Gimpel 2016).
    case gelu
    /// Its approximation by tanh (ibid., section 2).
    case tanhGELU
    /// The larger of x and 0.
    case relu
}

/// The steps of a transformer encoder that are no matrix product, through the fastest instructions of this processor.
public enum TransformerKernels {
    /// `x = activation(x + bias)` in place on `rows × columns`, to 5e-7.
    public static func addBias(
        _ x: UnsafeMutablePointer<Float>,
        bias: UnsafePointer<Float>,
        then activation: Activation,
        rows: Int,
        columns: Int
    ) {
        let kernels = VectorMath.kernels.pointee
        switch activation {
        case .gelu: kernels.bias_gelu(x, bias, Int64(rows), Int64(columns))
        case .tanhGELU: kernels.bias_tanh_gelu(x, bias, Int64(rows), Int64(columns))
        case .relu: kernels.bias_relu(x, bias, Int64(rows), Int64(columns))
        }
    }

    /// `x = LayerNorm(x + residual) · gain + bias` in place on `rows × columns` (Ba, Kiros and Hinton 2016);
    /// without a residual where that is nil.
    public static func addLayerNorm(
        _ x: UnsafeMutablePointer<Float>,
        residual: UnsafePointer<Float>?,
        gain: UnsafePointer<Float>,
        bias: UnsafePointer<Float>,
        epsilon: Float,
        rows: Int,
        columns: Int
    ) {
        VectorMath.kernels.pointee.add_norm(x, residual, gain, bias, epsilon, Int64(rows), Int64(columns))
    }

    /// Writes the mean of `rows` rows to `target`, of unit length where `unit` (a zero mean stays as it is).
    public static func mean(
        of x: UnsafePointer<Float>,
        rows: Int,
        columns: Int,
        unit: Bool,
        into target: UnsafeMutablePointer<Float>
    ) {
        VectorMath.kernels.pointee.mean(target, x, Int64(rows), Int64(columns))
        if unit { VectorMath.normalise(target, count: columns) }
    }

    /// The floats of scratch memory that ``attend(qkv:tokens:heads:headSize:scratch:into:)`` needs.
    public static func attentionScratch(tokens: Int, headSize: Int) -> Int {
        Int(centroidd_attention_scratch(Int64(tokens), Int64(headSize)))
    }

    /// Scaled dot-product self-attention of one record (Vaswani et al. 2017, section 3.2).
    ///
    /// `qkv` has `tokens` rows of queries, keys and values, each `heads · headSize` wide; `output` is
    /// `tokens × heads · headSize`.
    public static func attend(
        qkv: UnsafePointer<Float>,
        tokens: Int,
        heads: Int,
        headSize: Int,
        scratch: UnsafeMutablePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        var work = centroidd_attention(
            qkv: qkv,
            tokens: Int64(tokens),
            heads: Int64(heads),
            head_size: Int64(headSize),
            scale: 1 / Float(headSize).squareRoot(),
            output: output,
            scratch: scratch
        )
        VectorMath.kernels.pointee.attend(&work)
    }

    /// The same of rows in bfloat16, the upper halves of floats. Where the processor multiplies them, a token's weight may
    /// be off by 0.7 %, either way.
    public static func attend(
        bfloat16 qkv: UnsafePointer<UInt16>,
        tokens: Int,
        heads: Int,
        headSize: Int,
        scratch: UnsafeMutablePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        var work = centroidd_bfloat16_attention(
            qkv: qkv,
            tokens: Int64(tokens),
            heads: Int64(heads),
            head_size: Int64(headSize),
            scale: 1 / Float(headSize).squareRoot(),
            output: output,
            scratch: scratch
        )
        VectorMath.kernels.pointee.attend_bfloat16(&work)
    }
}
