import Glibc
import Logging

/// What is particular to logging into the systemd journal.
enum Journal {
    /// Whether standard error is the stream that systemd connected to the journal: `JOURNAL_STREAM` holds its device
    /// and inode (systemd.exec(5)).
    static func isStandardError(
        environment: String? = getenv("JOURNAL_STREAM").map { String(cString: $0) },
        descriptor: Int32 = STDERR_FILENO
    ) -> Bool {
        guard let parts = environment?.split(separator: ":"), parts.count == 2,
            let device = UInt64(parts[0]), let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// The prefix of sd-daemon(3): `<` syslog priority `>`.
    static func prefix(of level: Logger.Level) -> String {
        switch level {
        case .trace, .debug: "<7>"
        case .info: "<6>"
        case .notice: "<5>"
        case .warning: "<4>"
        case .error: "<3>"
        case .critical: "<2>"
        }
    }
}
