extension Lanes {
    /// What `transform` makes of each number below `count`, in order.
    package func map<Result: Sendable>(_ count: Int, _ transform: @Sendable (Int) -> Result) -> [Result] {
        guard count > 0 else { return [] }
        return [Result](unsafeUninitializedCapacity: count) { buffer, initialised in
            let places = Places(buffer)
            run(count) { places.fill($0, with: transform($0)) }
            initialised = count
        }
    }
}

/// Where results go.
private struct Places<Result>: @unchecked Sendable {
    // Sound to send: each place is written once, by the one part whose number it has, and read when all parts have ended.
    private let buffer: UnsafeMutableBufferPointer<Result>

    init(_ buffer: UnsafeMutableBufferPointer<Result>) { self.buffer = buffer }

    func fill(_ place: Int, with result: Result) { buffer.initializeElement(at: place, to: result) }
}
