public import Foundation

/// Standard output of the commands that print one thing: what cannot be written is an error, a reader who has gone is none.
public enum StandardOutput {
    /// Prints a text and ends its line.
    ///
    /// - Throws: ``Exit`` as ``write(_:)`` does.
    public static func say(_ text: String) throws(Exit) { try write(Data((text + "\n").utf8)) }

    /// Writes all of it, behind what was printed.
    ///
    /// - Throws: ``Exit``: silent and clean where nobody reads on (`| head`), else with the reason and ``ExitCode/tryAgain``.
    public static func write(_ data: Data) throws(Exit) {
        try flush()
        var rest = data[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno != EINTR { throw failure(errno) }
            rest = rest.dropFirst(max(0, count))
        }
    }

    /// Sends on what was printed.
    ///
    /// - Throws: ``Exit`` as ``write(_:)`` does.
    public static func flush() throws(Exit) {
        if fflush(nil) != 0 { throw failure(errno) }
    }

    private static func failure(_ code: Int32) -> Exit {
        code == EPIPE
            ? Exit(.clean) : Exit(.tryAgain, "cannot write the output: \(String(cString: strerror(code)))")
    }
}

/// Standard error, for a person to read: where it is full or closed, there is nobody to tell.
public enum StandardError {
    /// Writes a text as it is.
    public static func write(_ text: String) { try? FileHandle.standardError.write(contentsOf: Data(text.utf8)) }

    /// Writes a line.
    public static func say(_ text: String) { write(text + "\n") }
}

/// Why a file could not be written, in the system's words.
func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
        return String(cString: strerror(Int32(underlying.code)))
    }
    return switch (error as? CocoaError)?.code {
    case .fileNoSuchFile: String(cString: strerror(ENOENT))
    case .fileWriteNoPermission: String(cString: strerror(EACCES))
    case .fileWriteOutOfSpace: String(cString: strerror(ENOSPC))
    default: error.localizedDescription
    }
}
