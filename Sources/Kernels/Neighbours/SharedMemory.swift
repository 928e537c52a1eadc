/// Memory that several lanes write to at the same time, each to elements of its own.
package struct SharedMemory<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sound to send: whoever makes one promises that no element is written by one part and touched by another, and
    // that the memory outlives the parts.
    package let base: UnsafeMutablePointer<Element>

    /// - Parameter buffer: memory of at least one element.
    package init(_ buffer: UnsafeMutableBufferPointer<Element>) {
        guard let base = buffer.baseAddress else { preconditionFailure("no memory to share") }
        self.base = base
    }
}

extension Array where Element: BitwiseCopyable & Sendable {
    /// An array whose elements are written by parts of work, each its own; all must be written.
    package static func shared(_ count: Int, _ body: (SharedMemory<Element>) -> Void) -> [Element] {
        guard count > 0 else { return [] }
        return [Element](unsafeUninitializedCapacity: count) { buffer, initialised in
            body(SharedMemory(buffer))
            initialised = count
        }
    }
}
