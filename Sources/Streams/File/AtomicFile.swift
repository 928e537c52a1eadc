import Foundation

/// Replaces a file so that a crash at any moment leaves the old content or the new one.
struct AtomicFile {
    let path: String

    /// - Throws: ``StreamError`` (`fatal`); the file is then as it was.
    func replace(with bytes: [UInt8]) throws(StreamError) {
        // Symbolic links are followed, so that the file they name is replaced and not the link.
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        let temporary = "\(target).\(getpid()).tmp"
        let mode = permissions(of: target)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("create \(temporary)") }
        var isDone = false
        defer { if !isDone { unlink(temporary) } }
        do throws(StreamError) {
            try write(bytes, to: descriptor)
            guard fsync(descriptor) == 0 else { throw failure("synchronise \(temporary)") }
        } catch {
            _ = close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure("close \(temporary)") }
        guard rename(temporary, target) == 0 else { throw failure("rename \(temporary) to \(target)") }
        isDone = true
        try synchronizeFolder(of: target)
    }

    private func permissions(of target: String) -> mode_t {
        var status = stat()
        return stat(target, &status) == 0 ? status.st_mode & 0o777 : 0o640
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(StreamError) {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                buffer.baseAddress.map { Foundation.write(descriptor, $0 + written, buffer.count - written) } ?? 0
            }
            if count < 0 && errno != EINTR { throw failure("write") }
            written += max(0, count)
        }
    }

    /// Makes the rename itself durable.
    private func synchronizeFolder(of target: String) throws(StreamError) {
        let folder = URL(filePath: target).deletingLastPathComponent().path
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("open \(folder)") }
        defer { _ = close(descriptor) }
        // Some file systems cannot synchronise a folder; then there is nothing better to be had.
        if fsync(descriptor) != 0 && errno != EINVAL { throw failure("synchronise \(folder)") }
    }

    private func failure(_ what: String) -> StreamError {
        let code = errno
        return StreamError(
            .fatal,
            code: posixName(code),
            "cannot save \(path): \(what): \(posixMessage(code))"
        )
    }
}
