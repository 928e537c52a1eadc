import Foundation
import Glibc
import Testing

@testable import Telemetry

/// A datagram socket bound where a service manager would listen.
private final class ManagerSocket {
    let descriptor: Int32
    let name: String

    init(abstract: Bool) throws {
        let unique = "centroidd-\(UUID().uuidString.prefix(8))"
        name = abstract ? "@\(unique)" : FileManager.default.temporaryDirectory.appending(path: unique).path
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        let address = try #require(UnixAddress(name))
        try #require(address.withPointer { bind(descriptor, $0, $1) } == 0)
        var timeout = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit {
        close(descriptor)
        if name.hasPrefix("/") { unlink(name) }
    }

    func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count >= 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
    }
}

@Suite struct ServiceNotifierTests {
    @Test(arguments: [false, true])
    func messagesReachTheManager(abstract: Bool) throws {
        let manager = try ManagerSocket(abstract: abstract)
        let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": manager.name]))
        #expect(notifier.ready(status: "lag 0"))
        #expect(manager.receive() == "READY=1\nSTATUS=lag 0")
        #expect(notifier.status("two\nlines"))
        #expect(manager.receive() == "STATUS=two lines")
        #expect(notifier.watchdog())
        #expect(manager.receive() == "WATCHDOG=1")
        #expect(notifier.stopping())
        #expect(manager.receive() == "STOPPING=1")
    }

    @Test func withoutAManagerThereIsNoNotifier() {
        #expect(ServiceNotifier(environment: [:]) == nil)
        #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": "relative"]) == nil)
        #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": "@"]) == nil)
        #expect(ServiceNotifier(environment: ["NOTIFY_SOCKET": "/" + String(repeating: "x", count: 200)]) == nil)
    }

    @Test func aManagerThatIsGoneIsReportedAndHarmless() throws {
        let notifier = try #require(ServiceNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/socket"]))
        #expect(!notifier.ready())
    }

    @Test func theWatchdogCountsOnlyForThisProcess() {
        func interval(_ extra: [String: String]) -> Duration? {
            let environment = ["NOTIFY_SOCKET": "/run/x"].merging(extra) { $1 }
            return ServiceNotifier(environment: environment, processID: 42)?.watchdogInterval
        }
        #expect(interval(["WATCHDOG_USEC": "30000000"]) == .seconds(30))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"]) == .seconds(30))
        #expect(interval(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "0"]) == nil)
        #expect(interval([:]) == nil)
    }
}
