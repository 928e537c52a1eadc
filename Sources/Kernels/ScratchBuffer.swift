/// Scratch memory of plain values that is allocated once and only grows, aligned for the widest vector loads.
public final class ScratchBuffer<Element: BitwiseCopyable> {
    private var memory: UnsafeMutableBufferPointer<Element>?

    /// A buffer of nothing yet.
    public init() {}

    deinit { memory?.deallocate() }

    /// At least `count` elements. They stay valid until a call for more; growing loses what they held and zeroes
    /// their bytes.
    public func reserve(_ count: Int) -> UnsafeMutablePointer<Element> {
        if let memory, memory.count >= count, let base = memory.baseAddress { return base }
        memory?.deallocate()
        let bytes = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(count, 1) * MemoryLayout<Element>.stride,
            alignment: 64
        )
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
        let fresh = bytes.bindMemory(to: Element.self)
        memory = fresh
        guard let base = fresh.baseAddress else { preconditionFailure("allocated memory has no address") }
        return base
    }
}
