extension TemplateBook {
    // MARK: - Births

    /// A template for lines like this one.
    mutating func bear(
        _ parts: [TemplatePart],
        _ tokens: [LineToken],
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        if templates.count >= options.maximum { makeRoom() }
        var template = Template(id: nextID, parts: parts, line: lines)
        template.count(tokens, in: bytes, line: lines, halfLife: options.halfLife)
        nextID += 1
        templates.append(template)
        let index = templates.count - 1
        enter(index)
        tell(.born, template)
        let place = mergeSiblings(of: index)
        return templates[place].id == template.id ? mergeTails(of: place) : place
    }

    /// Makes a template as wide as a line asks for; its place afterwards.
    mutating func widen(
        _ index: Int,
        to parts: [TemplatePart],
        _ tokens: [LineToken],
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let before = templates[index]
        leave(index)
        templates[index].parts = parts.enumerated().map { position, part in
            var part = part
            if part.kind == .open, part.values == nil {
                part.open()
                part.values?.add(before.parts[position], count: before.lines)
            }
            return part
        }
        templates[index].changed = lines
        templates[index].refresh()
        templates[index].count(tokens, in: bytes, line: lines, halfLife: options.halfLife)
        if let twin = shapes.find(templates[index].parts.shape) { return merge([min(twin, index), max(twin, index)]) }
        enter(index)
        // It may have become one of many that differ in one word alone.
        return mergeSiblings(of: index)
    }

    // MARK: - Corrections

    /// Where many templates differ from a new one in one word alone, and most of them are rare, the word is a value.
    private mutating func mergeSiblings(of index: Int) -> Int {
        let parts = templates[index].parts
        let first = parts.firstIndex { $0.kind == .word || $0.kind == .pattern }
        guard templates[index].literals >= 3 else { return index }
        for (position, skeleton) in parts.skeletons {
            guard let siblings = skeletons[skeleton], siblings.count >= options.fieldSiblings else { continue }
            let there = siblings.map { templates[$0].parts[position] }
            // Of two states, such as true and false, each is a kind of line.
            let isState = there.count <= ValueSketch.limit && there.contains { Words.nothing.contains($0.text.utf8) }
            // Where several names with digits stand, all are names.
            let isField =
                ((parts[position].isInField && !isState)
                    || there.count { $0.kind == .pattern } >= options.fieldSiblings)
                && there.allSatisfy { !$0.isFrozen }
            let needed = position == first ? options.firstWordSiblings : options.siblings
            guard isField || siblings.count >= needed else { continue }
            // Kinds of event come back; values are new again and again.
            let rare = siblings.count { templates[$0].lines <= 2 }
            guard isField || 2 * rare >= siblings.count else { continue }
            guard position != first || templates[index].literals >= 4 else { continue }
            // One place open, others differ in another one alone.
            return mergeSiblings(of: mergeAll(siblings.sorted(), at: position))
        }
        return index
    }

    /// Where many rare templates begin as a new one does, what follows is free text.
    private mutating func mergeTails(of index: Int) -> Int {
        let parts = templates[index].parts
        guard let count = parts.stemCount, let alike = stems[parts.stem(count)], alike.count >= options.tails else {
            return index
        }
        guard let rare = everNew(alike, beside: index, from: count) else { return index }
        // Whatever else they have in common at the beginning stays.
        let shared = rare.reduce(parts.count - 1) { min($0, parts.beginning(sharedWith: templates[$1].parts)) }
        let rest = TemplatePart(
            kind: .rest,
            text: "",
            hash: LineToken.variableHash,
            isSpaced: parts[max(count, shared)].isSpaced
        )
        for index in rare { templates[index].parts = templates[index].parts.prefix(max(count, shared)) + [rest] }
        return merge(rare)
    }

    /// Those of some templates that go on in ever new words from a position on, as the one at `index` does: where only a few
    /// words follow, those that go on with its word, looked at from there on. Nil where there are too few.
    private func everNew(_ alike: [Int], beside index: Int, from position: Int) -> [Int]? {
        guard alike.count >= options.tails else { return nil }
        let rare = alike.filter { templates[$0].lines <= 2 }
        guard 4 * rare.count >= 3 * alike.count, rare.count > 1 else { return nil }
        func next(_ index: Int) -> UInt64? {
            let parts = templates[index].parts
            guard position < parts.count else { return nil }
            return parts[position].kind.isVariable ? LineToken.variableHash : parts[position].hash
        }
        let own = next(index)
        if own == nil || 4 * Set(rare.map(next)).count >= rare.count { return rare.sorted() }
        return everNew(alike.filter { next($0) == own }, beside: index, from: position + 1)
    }

    /// Makes one template of those that differ in one word, and of one that has a value there already.
    private mutating func mergeAll(_ siblings: [Int], at position: Int) -> Int {
        let words = siblings.map { (part: templates[$0].parts[position], lines: templates[$0].lines) }
        let eldest = siblings[0]
        templates[eldest].parts[position].open()
        for word in words { templates[eldest].parts[position].values?.add(word.part, count: word.lines) }
        guard let twin = shapes.find(templates[eldest].parts.shape), !siblings.contains(twin) else {
            return merge(siblings)
        }
        return merge((siblings + [twin]).sorted())
    }

    /// Makes several templates one: the eldest lives on, as wide as any of them. Its place afterwards.
    private mutating func merge(_ indices: [Int]) -> Int {
        var heir = templates[indices[0]]
        for index in indices.dropFirst() {
            let other = templates[index]
            heir.lines += other.lines
            // At most: a document may have had both.
            heir.documents = min(documents, heir.documents + other.documents)
            heir.weight = heir.weight(at: lines, halfLife: options.halfLife)
            heir.weight += other.weight(at: lines, halfLife: options.halfLife)
            heir.lastLine = lines
            heir.firstLine = min(heir.firstLine, other.firstLine)
            heir.inherit(from: other)
            for position in heir.parts.indices { heir.parts[position].widen(to: other.parts[position]) }
        }
        heir.changed = lines
        heir.refresh()
        templates[indices[0]] = heir
        tell(.merged, heir, indices.dropFirst().map { templates[$0].id })
        remove(Set(indices.dropFirst()))
        return index(of: heir.id) ?? 0
    }

    /// When a template has had enough lines: closes an open part that only ever had a handful of words, each often, by
    /// one template for each; otherwise leaves the parts open for good.
    mutating func settle(_ index: Int) {
        let template = templates[index]
        guard let position = template.open.first(where: { isHandful(at: $0, of: template) }),
            let values = template.parts[position].values
        else { return templates[index].settle(at: lines) }
        let ranked = values.entries.sorted { $0.count != $1.count ? $0.count > $1.count : $0.text < $1.text }
        for (rank, entry) in ranked.enumerated() {
            var part = template.parts[position]
            (part.kind, part.text, part.hash, part.values) = (.word, entry.text, entry.hash, nil)
            part.isFrozen = true
            var closed = rank == 0 ? template : Template(id: nextID + rank - 1, parts: template.parts, line: lines)
            closed.parts[position] = part
            closed.lines = entry.count
            closed.documents = template.documents * entry.count / max(1, template.lines)
            closed.weight = template.weight * Double(entry.count) / Double(template.lines)
            closed.changed = lines
            closed.refresh()
            if rank == 0 { templates[index] = closed } else { templates.append(closed) }
        }
        let related = Array(nextID..<(nextID + ranked.count - 1))
        nextID += related.count
        tell(.split, templates[index], related)
        rebuild()
    }

    private func isHandful(at position: Int, of template: Template) -> Bool {
        guard let values = template.parts[position].values, values.others == 0, values.entries.count > 1,
            !template.parts[position].isIdentity
        else { return false }
        return values.entries.allSatisfy { 20 * $0.count >= template.lines && isFree($0, at: position, of: template) }
    }

    /// Whether no other template has just this word at a place that is to be closed.
    private func isFree(_ word: ValueSketch.Entry, at position: Int, of template: Template) -> Bool {
        var parts = template.parts
        (parts[position].kind, parts[position].hash) = (.word, word.hash)
        return shapes.find(parts.shape) == nil
    }

    /// Retires the sixteenth part that has been seen least lately.
    private mutating func makeRoom() {
        let ranked = templates.indices.sorted { a, b in
            let weights = (
                templates[a].weight(at: lines, halfLife: options.halfLife),
                templates[b].weight(at: lines, halfLife: options.halfLife)
            )
            return weights.0 != weights.1 ? weights.0 < weights.1 : templates[a].lastLine < templates[b].lastLine
        }
        let going = ranked.prefix(max(1, options.maximum / 16)).sorted()
        for index in going { tell(.retired, templates[index]) }
        remove(Set(going))
    }

    private mutating func remove(_ gone: Set<Int>) {
        templates = templates.indices.filter { !gone.contains($0) }.map { templates[$0] }
        rebuild()
    }

    private mutating func tell(_ kind: TemplateEvent.Kind, _ template: Template, _ related: [Int] = []) {
        events.append(
            TemplateEvent(kind: kind, template: template.id, related: related, text: template.text, line: lines)
        )
    }

    // MARK: - What follows from the templates

    /// Makes a template findable.
    mutating func enter(_ index: Int) {
        let parts = templates[index].parts
        if shapes.find(parts.shape) == nil { shapes.insert(parts.shape, index) }
        shelves[parts.shelf, default: []].append(index)
        for skeleton in parts.skeletons { skeletons[skeleton.hash, default: []].append(index) }
        if let count = parts.stemCount {
            if parts.last?.kind == .rest {
                rests[parts.stem(count), default: []].append(index)
            } else {
                stems[parts.stem(count), default: []].append(index)
            }
        }
        // What fitted others best may fit this one better.
        if fitted.count > 0 { fitted = ShapeTable() }
    }

    /// Takes a template out of all that finds it, before it changes.
    private mutating func leave(_ index: Int) {
        let parts = templates[index].parts
        if shapes.find(parts.shape) == index { shapes.remove(parts.shape) }
        shelves[parts.shelf]?.removeAll { $0 == index }
        for skeleton in parts.skeletons { skeletons[skeleton.hash]?.removeAll { $0 == index } }
        guard let count = parts.stemCount else { return }
        stems[parts.stem(count)]?.removeAll { $0 == index }
        rests[parts.stem(count)]?.removeAll { $0 == index }
    }

    /// Finds everything anew.
    mutating func rebuild() {
        shapes = ShapeTable(capacity: templates.count)
        shelves = [:]
        skeletons = [:]
        (stems, rests) = ([:], [:])
        heirs = Dictionary(templates.flatMap { heir in heir.former.map { ($0, heir.id) } }) { _, later in later }
        for index in templates.indices { enter(index) }
    }
}
