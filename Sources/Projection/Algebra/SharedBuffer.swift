import Kernels

/// The elements of an array that the parts of one computation read and write side by side.
struct SharedBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
    // Sound to send: a part writes elements that no other part of the same run touches, and the array is lent for as
    // long as the run lasts.
    let elements: UnsafeMutableBufferPointer<Element>

    subscript(index: Int) -> Element {
        @inline(__always) get { elements[index] }
        @inline(__always) nonmutating set { elements[index] = newValue }
    }
}

extension Array where Element: BitwiseCopyable {
    /// Lends the elements to the parts of a computation for the length of `body`.
    mutating func withShared<Result>(_ body: (SharedBuffer<Element>) -> Result) -> Result {
        withUnsafeMutableBufferPointer { body(SharedBuffer(elements: $0)) }
    }
}

extension Lanes {
    /// Runs `body` for consecutive ranges of at most `size` of the numbers below `count`.
    func run(over count: Int, by size: Int, _ body: @Sendable (Range<Int>) -> Void) {
        run((count + size - 1) / size) { part in
            body(part * size..<Swift.min(count, (part + 1) * size))
        }
    }
}
