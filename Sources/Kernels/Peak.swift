import CKernels

/// What one core can do at best, as a yardstick for measured rates.
public enum Peak {
    /// 10⁹ multiply and add operations a second in 32-bit floats, measured on this core for about `seconds` of its
    /// time with operands in registers.
    public static func gigaflops(seconds: Double = 0.2) -> Double {
        centroidd_fma_peak_gflops(seconds)
    }

    /// The instruction set that the kernels were chosen for: `avx512`, `avx2` or `baseline`.
    public static var instructionSet: String {
        String(cString: VectorMath.kernels.pointee.name)
    }
}
