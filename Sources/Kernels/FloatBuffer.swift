/// Scratch memory that is allocated once and only grows, aligned for the widest vector loads.
public final class FloatBuffer {
    private var memory = UnsafeMutableBufferPointer<Float>(start: nil, count: 0)

    /// A buffer of nothing yet.
    public init() {}

    deinit { memory.deallocate() }

    /// At least `count` floats. They stay valid until the next call; growing loses what they held and zeroes them.
    public func reserve(_ count: Int) -> UnsafeMutablePointer<Float> {
        if memory.count < max(count, 1) {
            memory.deallocate()
            let bytes = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(count, 1) * MemoryLayout<Float>.stride,
                alignment: 64
            )
            memory = bytes.bindMemory(to: Float.self)
            memory.initialize(repeating: 0)
        }
        guard let base = memory.baseAddress else { preconditionFailure("allocated memory has no address") }
        return base
    }
}
