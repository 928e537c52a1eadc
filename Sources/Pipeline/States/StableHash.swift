/// FNV-1a in 64 bits: the same in every process, unlike Swift's own hashes.
enum StableHash {
    static func of(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash
    }

    /// The same with its bits mixed (the finaliser of SplitMix64), where every bit has to be as good as any other.
    static func mixed(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash = of(bytes)
        hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
        return hash ^ (hash >> 31)
    }
}
