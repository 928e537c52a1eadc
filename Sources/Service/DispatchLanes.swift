import Dispatch
public import Kernels
import Synchronization

extension Lanes {
    /// Lanes on Dispatch's threads: `count` of them at most, all processors when not given.
    public static func dispatch(_ count: Int? = nil) -> Lanes {
        let count = max(1, count ?? ProcessorCount.active)
        guard count > 1 else { return .serial }
        return Lanes(count: count) { parts, body in
            let next = Atomic(0)
            DispatchQueue.concurrentPerform(iterations: min(count, parts)) { _ in
                while true {
                    let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard part < parts else { return }
                    body(part)
                }
            }
        }
    }
}
