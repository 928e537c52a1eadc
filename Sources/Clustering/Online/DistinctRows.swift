import Kernels

/// Which rows of a batch have the same bits: of a stream that repeats itself, what depends on the vector alone is found
/// once for each kind of vector.
struct DistinctRows: Sendable, Equatable {
    /// The kind of each row, numbered from 0 by first appearance.
    let kinds: [Int]
    /// The first row of each kind, ascending.
    let firsts: [Int]

    /// Whether no row is like another.
    var areAllDistinct: Bool { firsts.count == kinds.count }

    /// Compares the rows of `matrix`, bit by bit.
    init(_ matrix: Matrix) {
        var kinds: [Int] = []
        var firsts: [Int] = []
        kinds.reserveCapacity(matrix.rows)
        let bytes = matrix.columns * MemoryLayout<Float>.stride
        var size = 16
        while size < 2 * matrix.rows { size *= 2 }
        matrix.storage.withUnsafeBytes { storage in
            withUnsafeTemporaryAllocation(of: Entry.self, capacity: size) { table in
                table.initialize(repeating: Entry(hash: 0, kind: -1))
                for row in 0..<matrix.rows {
                    let own = UnsafeRawBufferPointer(rebasing: storage[row * bytes..<(row + 1) * bytes])
                    let hash = Self.hash(own)
                    // By open addressing: the table is at most half full.
                    var place = Int(truncatingIfNeeded: hash) & (size - 1)
                    while table[place].kind >= 0 {
                        let other = firsts[table[place].kind] * bytes
                        if table[place].hash == hash, Self.areSame(own, storage, other) { break }
                        place = (place + 1) & (size - 1)
                    }
                    if table[place].kind < 0 {
                        table[place] = Entry(hash: hash, kind: firsts.count)
                        firsts.append(row)
                    }
                    kinds.append(table[place].kind)
                }
            }
        }
        self.kinds = kinds
        self.firsts = firsts
    }

    private struct Entry {
        var hash: UInt64
        /// -1 where the place is free.
        var kind: Int
    }

    private static func areSame(_ row: UnsafeRawBufferPointer, _ storage: UnsafeRawBufferPointer, _ other: Int) -> Bool
    {
        var offset = 0
        while offset + 8 <= row.count {
            let mine = row.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            guard mine == storage.loadUnaligned(fromByteOffset: other + offset, as: UInt64.self) else { return false }
            offset += 8
        }
        guard offset < row.count else { return true }
        return row.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
            == storage.loadUnaligned(fromByteOffset: other + offset, as: UInt32.self)
    }

    /// Two sums of products side by side, so that one need not wait for the other.
    private static func hash(_ row: UnsafeRawBufferPointer) -> UInt64 {
        var (a, b) = (UInt64(0x9E37_79B9_7F4A_7C15), UInt64(0xA076_1D64_78BD_642F))
        var offset = 0
        while offset + 16 <= row.count {
            a = (a ^ row.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0xD6E8_FEB8_6659_FD93
            b = (b ^ row.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)) &* 0xE703_7ED1_A0B4_28DB
            // What is multiplied moves bits up alone.
            a ^= a >> 32
            b ^= b >> 32
            offset += 16
        }
        while offset < row.count {
            a = (a ^ UInt64(row.loadUnaligned(fromByteOffset: offset, as: UInt32.self))) &* 0xD6E8_FEB8_6659_FD93
            a ^= a >> 32
            offset += 4
        }
        return SeededGenerator.mix(a ^ (b &* 0x9E37_79B9_7F4A_7C15))
    }
}
