import CZlib
import Foundation

/// A file that holds a sequence of key/value byte records and is replaced as a whole, atomically.
///
/// Layout, all numbers little-endian: 8 bytes `CENTROID`; UInt32 format version; UInt64 payload length; UInt32 CRC-32
/// of the payload; the payload: per entry UInt32 key length, key, UInt32 value length, value.
public struct SnapshotFile: Sendable {
    /// One record of the file.
    public struct Entry: Sendable, Equatable {
        /// The key's bytes.
        public var key: [UInt8]
        /// The value's bytes.
        public var value: [UInt8]

        /// Memberwise.
        public init(key: [UInt8], value: [UInt8]) {
            self.key = key
            self.value = value
        }
    }

    /// The format version this build writes, and the newest it reads.
    public static let version: UInt32 = 1

    private static let magic = Array("CENTROID".utf8)
    private static let headerSize = 24

    /// The file's path.
    public let path: String

    /// Names a file; nothing is read or written yet.
    public init(path: String) {
        self.path = path
    }

    // MARK: Reading

    /// Reads the file and leaves it as it is.
    ///
    /// - Returns: the entries in order, or nil where there is no such file.
    /// - Throws: ``StreamError`` (`misconfigured`) where the file cannot be read, is not a snapshot, is of a newer
    ///   format, is truncated or damaged; the message names the file and the mend.
    public func read() throws(StreamError) -> [Entry]? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        // Devices may have no end.
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("FOREIGN", "is not a file that holds bytes", "name another file")
        }
        let bytes: [UInt8]
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }
            bytes = Array(try handle.readToEnd() ?? Data())
        } catch {
            throw refusal("UNREADABLE", "cannot be read: \(error.localizedDescription)", "check its permissions")
        }
        return try Self.decode(payload(of: bytes), refusing: refusal)
    }

    private func payload(of bytes: [UInt8]) throws(StreamError) -> ArraySlice<UInt8> {
        guard bytes.starts(with: Self.magic) else {
            throw refusal(
                "FOREIGN",
                "is not a snapshot (it does not begin with CENTROID)",
                "name another file"
            )
        }
        guard bytes.count >= Self.headerSize else {
            throw refusal("TRUNCATED", "ends inside its header (\(bytes.count) of \(Self.headerSize) bytes)", Self.mend)
        }
        let version = bytes.integer(at: 8, as: UInt32.self)
        guard version == Self.version else {
            throw refusal(
                "VERSION",
                "has format version \(version), this build reads \(Self.version)",
                "use the build that wrote it, or name another file"
            )
        }
        let length = bytes.integer(at: 12, as: UInt64.self)
        let held = UInt64(bytes.count - Self.headerSize)
        guard held >= length else {
            throw refusal("TRUNCATED", "is truncated: \(held) of \(length) payload bytes are there", Self.mend)
        }
        guard held == length else {
            throw refusal("TRAILING", "has \(held - length) bytes after its end", Self.mend)
        }
        let payload = bytes[Self.headerSize...]
        let stored = bytes.integer(at: 20, as: UInt32.self)
        let computed = checksum(payload)
        guard stored == computed else {
            throw refusal(
                "CHECKSUM",
                "is damaged: its checksum is \(Self.hex(stored)), its content has \(Self.hex(computed))",
                Self.mend
            )
        }
        return payload
    }

    private static func decode(
        _ payload: ArraySlice<UInt8>,
        refusing: (String, String, String) -> StreamError
    ) throws(StreamError) -> [Entry] {
        var entries: [Entry] = []
        var rest = payload
        func field() throws(StreamError) -> [UInt8] {
            guard rest.count >= 4 else { throw refusing("MALFORMED", "ends inside an entry", mend) }
            let length = Int(rest.integer(at: rest.startIndex, as: UInt32.self))
            rest = rest.dropFirst(4)
            guard rest.count >= length else { throw refusing("MALFORMED", "ends inside an entry", mend) }
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
        while !rest.isEmpty { entries.append(Entry(key: try field(), value: try field())) }
        return entries
    }

    private func refusal(_ code: String, _ finding: String, _ mend: String) -> StreamError {
        StreamError(.misconfigured, code: "SNAPSHOT_\(code)", "snapshot \(path) \(finding); \(mend)")
    }

    private static let mend = "restore it from a copy, or remove it to begin anew"

    private static func hex(_ number: UInt32) -> String { String(number, radix: 16) }

    // MARK: Writing

    /// Whether the folder is there, and may be written to.
    ///
    /// - Throws: ``StreamError`` (`misconfigured`) where ``write(_:)`` would not succeed for that.
    public func checkFolder() throws(StreamError) {
        let folder = URL(filePath: path).resolvingSymlinksInPath().deletingLastPathComponent().path
        guard access(folder, W_OK | X_OK) == 0 else {
            let code = errno
            throw refusal(
                "FOLDER",
                "cannot be saved: \(folder): \(posixMessage(code))",
                "make the folder, or name another file"
            )
        }
    }

    /// Replaces the file: a temporary file in the same folder is written, synchronised and renamed over it, and the
    /// folder is synchronised. After a crash there is the old file or the new one, never a mixture.
    ///
    /// - Throws: ``StreamError`` (`fatal`) where the folder cannot be written; an existing file is then untouched.
    public func write(_ entries: [Entry]) throws(StreamError) {
        var payload: [UInt8] = []
        payload.reserveCapacity(entries.reduce(0) { $0 + 8 + $1.key.count + $1.value.count })
        for entry in entries {
            for field in [entry.key, entry.value] {
                payload.append(integer: UInt32(field.count))
                payload += field
            }
        }
        var file = Self.magic
        file.reserveCapacity(Self.headerSize + payload.count)
        file.append(integer: Self.version)
        file.append(integer: UInt64(payload.count))
        file.append(integer: checksum(payload[...]))
        file += payload
        try AtomicFile(path: path).replace(with: file)
    }
}

/// CRC-32 (zlib) of bytes of any length.
private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// A little-endian number at an index.
    fileprivate func integer<Number: FixedWidthInteger>(at index: Int, as type: Number.Type) -> Number {
        (0..<Number.bitWidth / 8).reduce(Number(0)) { $0 | Number(self[index + $1]) << Number($1 * 8) }
    }
}

extension [UInt8] {
    /// Appends a number in little-endian order.
    fileprivate mutating func append<Number: FixedWidthInteger>(integer number: Number) {
        for shift in 0..<Number.bitWidth / 8 {
            append(UInt8(truncatingIfNeeded: number >> Number(shift * 8)))
        }
    }
}
