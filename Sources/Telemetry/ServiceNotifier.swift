import Glibc

/// Tells the service manager how the daemon fares, by sd_notify(3)'s protocol: datagrams to the socket that
/// `NOTIFY_SOCKET` names.
public struct ServiceNotifier: Sendable {
    private let address: UnixAddress
    /// How soon after one ``watchdog()`` the next must come, or nil where no watchdog is set; feed it twice as often.
    public let watchdogInterval: Duration?

    /// Nil where nobody wants to be told: `NOTIFY_SOCKET` is not set, or it names no usable socket.
    ///
    /// `WATCHDOG_USEC` counts only where `WATCHDOG_PID` is this process or not set (sd_watchdog_enabled(3)).
    public init?(environment: [String: String], processID: Int32? = nil) {
        guard let path = environment["NOTIFY_SOCKET"], let address = UnixAddress(path) else { return nil }
        self.address = address
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == processID ?? getpid() } ?? true
        watchdogInterval = environment["WATCHDOG_USEC"].flatMap { Int64($0) }
            .flatMap { isForUs && $0 > 0 ? .microseconds($0) : nil }
    }

    /// The start is complete. Returns whether the manager was reached, as all of these do.
    @discardableResult
    public func ready(status: String? = nil) -> Bool {
        send(["READY=1"] + (status.map { [Self.statusLine($0)] } ?? []))
    }

    /// One line for `systemctl status`.
    @discardableResult
    public func status(_ text: String) -> Bool { send([Self.statusLine(text)]) }

    /// The stop has begun.
    @discardableResult
    public func stopping(status: String? = nil) -> Bool {
        send(["STOPPING=1"] + (status.map { [Self.statusLine($0)] } ?? []))
    }

    /// The daemon's loops turn.
    @discardableResult
    public func watchdog() -> Bool { send(["WATCHDOG=1"]) }

    private static func statusLine(_ text: String) -> String {
        "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private func send(_ lines: [String]) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var message = lines.joined(separator: "\n")
        return message.withUTF8 { bytes in
            address.withPointer { pointer, length in
                sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), pointer, length)
                    == bytes.count
            }
        }
    }
}
