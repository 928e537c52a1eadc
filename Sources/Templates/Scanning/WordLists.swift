/// Words that mean the same in everybody's logs, by their first seven bytes in lower case and their length.
struct WordSet: Sendable {
    /// Open addressing; 0 is a free place.
    private var places: [UInt64]

    init(_ text: String) {
        let words = text.split(separator: " ").map { WordSet.packed(Array($0.utf8)) }
        var size = 16
        while size < 4 * words.count { size *= 2 }
        places = Array(repeating: 0, count: size)
        for word in words {
            var place = Self.place(word, size)
            while places[place] != 0, places[place] != word { place = (place + 1) & (size - 1) }
            places[place] = word
        }
    }

    private static func place(_ packed: UInt64, _ size: Int) -> Int {
        Int(truncatingIfNeeded: (packed &* 0x9E37_79B9_7F4A_7C15) >> 40) & (size - 1)
    }

    func contains(_ packed: UInt64) -> Bool {
        var place = Self.place(packed, places.count)
        while places[place] != 0 {
            if places[place] == packed { return true }
            place = (place + 1) & (places.count - 1)
        }
        return false
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
    /// How PostgreSQL marks a message and what belongs to it, before a colon.
    static let marked = WordSet("log detail hint context statement query")
    /// What may follow a number, apart from it, and be part of the value.
    static let units = WordSet(
        "ns us ms sec secs second seconds min mins minute minutes hour hours hrs day days msec msecs usec millis"
            + " milliseconds microseconds nanoseconds millisecond microsecond kb mb gb tb kib mib gib tib byte bytes hz khz"
            + " mhz ghz"
    )
    /// Units of bytes.
    static let sizes = WordSet("b byte bytes kb mb gb tb kib mib gib tib k m g t")
    /// The last part of a host's name.
    static let domains = WordSet("com net org edu gov mil local lan internal localdomain arpa")
    /// The last part of the name of what systemd manages (systemd.unit(5)).
    static let managed = WordSet("service socket timer mount automount slice scope target")
    /// What two letters at the end of a dotted name mean where they are not a country.
    static let suffixes = WordSet("py so sh js md rs go cc pl gz cs rb vb db id in is to me my no ts io")
    /// The first part of the name of a class, which looks like a host's name written backwards.
    static let packages = WordSet("com org net io edu java javax android sun jdk scala kotlin")
    /// Words that stand for no value.
    static let nothing = WordSet("null none nil unknown n/a - -- true false nan undefined")
    /// After these the next word is a name.
    static let naming = WordSet(
        "user username login account ruser rhost host hostname node file directory path domain volume customer owner"
            + " tenant database queue topic table bucket pod container namespace job task cluster interface"
    )
    /// What may stand between such a word and the name.
    static let names = WordSet("name named called id")
    /// Of these, and of fields with these names, the names are people's and machines'.
    static let identities = WordSet("user username ruser login account host hostname rhost")
    /// Of fields with these names the values are names of things, of which a system may have any number.
    static let named = WordSet(
        "name container containerName pod namespace service database db table queue topic bucket tenant worker node client"
            + " clientId groupId file filename path dir volume device image"
    )
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

    /// Whether a word may follow a number as its unit.
    static func isUnit(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        if end - start == 1 { return bytes[start] == UInt8(ascii: "B") }
        // Most words begin with another letter.
        let letter = (bytes[start] | 0x20) &- UInt8(ascii: "a")
        guard letter < 26, unitLetters >> UInt32(letter) & 1 == 1, end - start <= 12 else { return false }
        return units.contains(bytes[start..<end])
    }

    /// Whether a word is the name of a weekday or a month, short or long.
    static func isDay(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end - start >= 3, end - start <= 9 else { return false }
        let letter = (bytes[start] | 0x20) &- UInt8(ascii: "a")
        guard letter < 26, dayLetters >> UInt32(letter) & 1 == 1 else { return false }
        let packed = WordSet.packed(bytes[start..<end])
        return days.contains(packed) || months.contains(packed)
    }

    private static let unitLetters = letters("nusmhdkgtb")
    private static let dayLetters = letters("mtwfsjaond")

    private static func letters(_ text: String) -> UInt32 {
        text.utf8.reduce(0) { $0 | 1 << UInt32($1 - UInt8(ascii: "a")) }
    }
}
