/// Words that mean the same in everybody's logs, by their first eight bytes in lower case.
struct WordSet: Sendable {
    private let words: [UInt64]

    init(_ text: String) {
        words = text.split(separator: " ").map { WordSet.packed(Array($0.utf8)) }.sorted()
    }

    func contains(_ packed: UInt64) -> Bool {
        var (low, high) = (0, words.count)
        while low < high {
            let middle = (low + high) / 2
            if words[middle] < packed { low = middle + 1 } else { high = middle }
        }
        return low < words.count && words[low] == packed
    }

    func contains(_ word: some Collection<UInt8>) -> Bool { contains(Self.packed(word)) }

    /// The first seven bytes in lower case, and the length.
    static func packed(_ word: some Collection<UInt8>) -> UInt64 {
        var result: UInt64 = 0
        for byte in word.prefix(7) { result = result << 8 | UInt64(byte.isUppercase ? byte | 0x20 : byte) }
        return result << 8 | UInt64(min(word.count, 255))
    }
}

enum Words {
    static let days = WordSet("mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday")
    static let months = WordSet(
        "jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september"
            + " october november december"
    )
    static let zones = WordSet("utc gmt est edt cst cdt mst mdt pst pdt cet cest bst ist jst am pm")
    static let levels = WordSet(
        "trace debug info information notice warn warning error err fatal critical crit alert emerg emergency panic severe"
            + " fine finer finest verbose"
    )
    /// What may follow a number, apart from it, and be part of the value.
    static let units = WordSet(
        "ns us ms sec secs second seconds min mins minute minutes hour hours hrs day days msec msecs usec millis"
            + " milliseconds microseconds nanoseconds millisecond microsecond kb mb gb tb kib mib gib tib byte bytes hz khz"
            + " mhz ghz"
    )
    /// The last part of a host's name.
    static let domains = WordSet("com net org edu gov mil local lan internal localdomain arpa")
    /// What two letters at the end of a dotted name mean where they are not a country.
    static let suffixes = WordSet("py so sh js md rs go cc pl gz cs rb vb db id in is to me my no ts io")
    /// The first part of the name of a class, which looks like a host's name written backwards.
    static let packages = WordSet("com org net io edu java javax android sun jdk scala kotlin")
    /// Words that stand for no value.
    static let nothing = WordSet("null none nil unknown n/a - -- true false nan undefined")
    /// After these the next word is a name.
    static let naming = WordSet(
        "user username login account ruser rhost host hostname node file directory path domain volume"
    )
    /// Of these, and of fields with these names, the names are people's and machines'.
    static let identities = WordSet("user username ruser login account host hostname rhost")
    /// Fields whose value is what the line is about.
    static let telling = WordSet(
        "msg message event action type status state level severity lvl reason error err op operation method cmd command"
            + " result kind verb phase"
    )
    /// Words that are no names.
    static let common = WordSet(
        "a an the is are was were be been has have had not no to from in on at of for by with and or as it its this that"
            + " too can could will would should may must do does did out off up down all any if than then when while"
            + " failed success ok done"
    )
}
