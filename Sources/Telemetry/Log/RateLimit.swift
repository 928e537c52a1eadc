/// Lets a place in the code say the same thing a few times within a window, then counts instead of writing.
///
/// A value: time is an argument, the owner holds the lock.
struct RateLimit {
    /// What is "the same thing".
    struct Site: Hashable {
        var file: String
        var line: UInt
        var message: String
    }

    enum Verdict: Equatable {
        /// Write it; `suppressed` lines of the window before were not written.
        case write(suppressed: Int)
        case suppress
    }

    private struct Window {
        var started: Int64
        var written: Int
        var suppressed: Int
    }

    /// Milliseconds.
    let window: Int64
    let burst: Int
    /// More sites than this at once (messages with values in them) and all windows are closed early.
    let maximumSites = 4096
    private var sites: [Site: Window] = [:]
    private var lastSweep: Int64 = .min

    init(window: Int64 = 10_000, burst: Int = 5) {
        self.window = window
        self.burst = burst
    }

    mutating func judge(_ site: Site, now: Int64) -> Verdict {
        guard burst > 0 else { return .write(suppressed: 0) }
        guard let found = sites[site], now - found.started < window, now >= found.started else {
            let suppressed = sites[site]?.suppressed ?? 0
            sites[site] = Window(started: now, written: 1, suppressed: 0)
            return .write(suppressed: suppressed)
        }
        if found.written < burst {
            sites[site]?.written += 1
            return .write(suppressed: 0)
        }
        sites[site]?.suppressed += 1
        return .suppress
    }

    /// Closes the windows that are over and returns those that suppressed something, once a window at most.
    mutating func sweep(now: Int64, all: Bool = false) -> [(site: Site, suppressed: Int)] {
        let isDue = lastSweep == .min || now - lastSweep >= window || now < lastSweep
        guard all || isDue || sites.count > maximumSites else { return [] }
        let closesAll = all || sites.count > maximumSites
        lastSweep = now
        var closed: [(site: Site, suppressed: Int)] = []
        for (site, state) in sites where closesAll || now - state.started >= window {
            if state.suppressed > 0 { closed.append((site, state.suppressed)) }
            sites[site] = nil
        }
        return closed.sorted {
            ($0.site.file, $0.site.line, $0.site.message) < ($1.site.file, $1.site.line, $1.site.message)
        }
    }
}
