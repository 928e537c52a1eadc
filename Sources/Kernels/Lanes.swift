/// How the independent parts of a computation are run: one after another, or side by side by whoever owns threads.
///
/// The functional core starts no threads; those who do hand them in. What a computation returns never depends on the
/// lanes: it is cut into parts by its input alone.
public struct Lanes: Sendable {
    /// How many parts may run at the same time, at least 1.
    public let count: Int
    private let perform: @Sendable (Int, @Sendable (Int) -> Void) -> Void

    /// One part after another, on the calling thread.
    public static let serial = Lanes(count: 1) { parts, body in
        for part in 0..<parts { body(part) }
    }

    /// - Parameters:
    ///   - count: how many parts may run at the same time.
    ///   - perform: calls the closure once for each part below the number given, in any order, on any threads, and
    ///     returns when all have ended.
    public init(count: Int, perform: @escaping @Sendable (Int, @Sendable (Int) -> Void) -> Void) {
        self.count = max(1, count)
        self.perform = perform
    }

    /// Runs `body` once for each number below `parts` and returns when all have ended.
    public func run(_ parts: Int, _ body: @Sendable (Int) -> Void) {
        guard parts > 1 else {
            if parts == 1 { body(0) }
            return
        }
        perform(parts, body)
    }
}
