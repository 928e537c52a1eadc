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
        return mergeSiblings(of: index)
    }

    /// Makes a template as wide as a line asks for.
    mutating func widen(
        _ index: Int,
        to parts: [TemplatePart],
        _ tokens: [LineToken],
        in bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        let before = templates[index]
        templates[index].parts = parts.enumerated().map { position, part in
            var part = part
            if part.kind == .open, part.values == nil {
                part.open()
                part.values?.add(before.parts[position], count: before.lines)
            }
            return part
        }
        templates[index].refresh()
        let id = before.id
        let twin = shapes.find(templates[index].parts.shape)
        templates[index].count(tokens, in: bytes, line: lines, halfLife: options.halfLife)
        if let twin, twin != index {
            merge([min(twin, index), max(twin, index)])
        } else {
            rebuild()
        }
        return self.index(of: id) ?? min(twin ?? index, index)
    }

    // MARK: - Corrections

    /// Where many templates differ from a new one in one word alone, and most of them are rare, the word is a value.
    private mutating func mergeSiblings(of index: Int) -> Int {
        let parts = templates[index].parts
        let first = parts.firstIndex { $0.kind == .word || $0.kind == .pattern }
        guard templates[index].literals >= 3 else { return index }
        for position in parts.indices where parts[position].kind == .word || parts[position].kind == .pattern {
            let needed = position == first ? options.firstWordSiblings : options.siblings
            guard let siblings = skeletons[parts.shape(without: position)], siblings.count >= needed else { continue }
            guard 2 * siblings.count(where: { templates[$0].lines <= 2 }) >= siblings.count else { continue }
            guard position != first || templates[index].literals >= 4 else { continue }
            let eldest = siblings.min() ?? index
            let words = siblings.sorted().map { (part: templates[$0].parts[position], lines: templates[$0].lines) }
            templates[eldest].parts[position].open()
            for word in words { templates[eldest].parts[position].values?.add(word.part, count: word.lines) }
            return merge(siblings.sorted())
        }
        return index
    }

    /// Makes several templates one: the eldest lives on. Its place afterwards.
    @discardableResult
    mutating func merge(_ indices: [Int]) -> Int {
        let survivor = indices[0]
        let gone = Set(indices.dropFirst())
        for index in gone.sorted() {
            let other = templates[index]
            templates[survivor].lines += other.lines
            templates[survivor].weight =
                templates[survivor].weight(at: lines, halfLife: options.halfLife)
                + other.weight(at: lines, halfLife: options.halfLife)
            templates[survivor].lastLine = lines
            for position in other.parts.indices
            where other.parts[position].constant != templates[survivor].parts[position].constant {
                templates[survivor].parts[position].constant = nil
            }
        }
        templates[survivor].refresh()
        let related = gone.sorted().map { templates[$0].id }
        tell(.merged, templates[survivor], related)
        let id = templates[survivor].id
        remove(gone)
        return index(of: id) ?? 0
    }

    /// Closes the open parts of a template that only ever had a handful of words, each often: one template for each.
    mutating func split(_ index: Int) {
        let template = templates[index]
        for position in template.open {
            guard let values = template.parts[position].values, values.others == 0, values.entries.count > 1,
                !template.parts[position].isIdentity,
                values.entries.allSatisfy({ 20 * $0.count >= template.lines })
            else { continue }
            let ranked = values.entries.sorted { $0.count != $1.count ? $0.count > $1.count : $0.text < $1.text }
            var related: [Int] = []
            for (rank, entry) in ranked.enumerated() {
                var part = template.parts[position]
                (part.kind, part.text, part.hash, part.values) = (.word, entry.text, entry.hash, nil)
                part.isFrozen = true
                if rank == 0 {
                    templates[index].parts[position] = part
                    templates[index].lines = entry.count
                    templates[index].weight *= Double(entry.count) / Double(template.lines)
                    templates[index].refresh()
                } else {
                    related.append(nextID)
                    var other = template
                    other = Template(id: nextID, parts: template.parts, line: lines)
                    other.parts[position] = part
                    other.lines = entry.count
                    other.weight = template.weight * Double(entry.count) / Double(template.lines)
                    other.refresh()
                    templates.append(other)
                    nextID += 1
                }
            }
            tell(.split, templates[index], related)
            return rebuild()
        }
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
        let shape = parts.shape
        if shapes.find(shape) == nil { shapes.insert(shape, index) }
        let first = parts.first { $0.kind == .word || $0.kind == .pattern }
        let shelf = LineHash.join(UInt64(truncatingIfNeeded: parts.count), first?.hash ?? 0)
        shelves[shelf, default: []].append(index)
        guard parts.count <= 64 else { return }
        for position in parts.indices where parts[position].kind == .word || parts[position].kind == .pattern {
            skeletons[parts.shape(without: position), default: []].append(index)
        }
    }

    /// Finds everything anew.
    mutating func rebuild() {
        shapes = ShapeTable(capacity: templates.count)
        shelves = [:]
        skeletons = [:]
        for index in templates.indices { enter(index) }
    }
}
