/// Which inputs of a batch are the same text.
struct RepeatedTexts {
    /// The first input of each text, ascending; inputs that are no texts are each one of their own.
    private(set) var firsts: [Int] = []
    /// Which of those each input is.
    private(set) var places: [Int] = []

    /// - Parameter masks: whether texts are the same that are so once they are masked (``TextMask``).
    init(_ inputs: [SpaceInput], masks: Bool) {
        places.reserveCapacity(inputs.count)
        var texts: [String] = []
        var size = 16
        while size < 2 * inputs.count { size *= 2 }
        withUnsafeTemporaryAllocation(of: Entry.self, capacity: size) { table in
            table.initialize(repeating: Entry(hash: 0, place: -1))
            for (row, input) in inputs.enumerated() {
                guard case .text(let whole) = input else {
                    places.append(firsts.count)
                    firsts.append(row)
                    texts.append("")
                    continue
                }
                let text = masks ? TextMask.mask(whole) : whole
                let hash = TextHash(text)
                // By open addressing: the table is at most half full.
                var slot = Int(truncatingIfNeeded: hash.value) & (size - 1)
                while table[slot].place >= 0 {
                    if table[slot].hash == hash.value, TextHash.sameBytes(texts[table[slot].place], text) { break }
                    slot = (slot + 1) & (size - 1)
                }
                if table[slot].place < 0 {
                    table[slot] = Entry(hash: hash.value, place: firsts.count)
                    firsts.append(row)
                    texts.append(text)
                }
                places.append(table[slot].place)
            }
        }
    }

    private struct Entry {
        var hash: UInt64
        /// -1 where it is free.
        var place: Int
    }
}
