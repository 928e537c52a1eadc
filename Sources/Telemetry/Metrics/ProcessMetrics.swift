import Glibc

/// What the kernel says of this process, read from `/proc/self` (visible under `ProcSubset=pid` too).
public enum ProcessMetrics {
    /// Resident memory in bytes, or nil where `/proc` is not mounted.
    public static func residentBytes() -> Int? {
        guard let pages = contents(of: "/proc/self/statm")?.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    /// User and system time in seconds.
    public static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Open file descriptors, or nil where `/proc` is not mounted.
    public static func openFiles() -> Int? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        return count - 3  // ".", ".." and the descriptor that reads the folder
    }

    /// Brings the process series of a registry up to date; call before an exposition.
    public static func refresh(in registry: MetricsRegistry) {
        if let bytes = residentBytes() { registry.set(.processResidentMemory, to: Double(bytes)) }
        if let files = openFiles() { registry.set(.processOpenFiles, to: Double(files)) }
        registry.set(.processCPU, to: processorSeconds())
    }

    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
