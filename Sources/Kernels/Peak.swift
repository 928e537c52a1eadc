import CKernels

/// What one core can do at best, as a yardstick for measured rates.
public enum Peak {
    /// 10⁹ multiply and add operations a second in 32-bit floats, measured on this core for about `seconds` of its
    /// time with operands in registers.
    public static func gigaflops(seconds: Double = 0.2) -> Double {
        centroidd_fma_peak_gflops(seconds)
    }

    /// 10⁹ multiply and add operations a second on bytes, summed in 32 bits, measured in the same way; nil where the
    /// processor has no instruction for it that we know (AVX-512 VNNI).
    public static func int8Gigaops(seconds: Double = 0.2) -> Double? {
        let rate = centroidd_int8_peak_gops(seconds)
        return rate > 0 ? rate : nil
    }

    /// The instruction set that the kernels were chosen for: `avx512`, `avx2` or `baseline`.
    public static var instructionSet: String {
        String(cString: VectorMath.kernels.pointee.name)
    }
}
