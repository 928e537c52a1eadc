import Clustering
import Embedding
import Templates

/// Names the elements of a session's vector by what happens there: a template, or one after another.
struct SessionNames {
    let space: SessionSpace
    let session: OpenSession
    let book: TemplateBook?
    let redaction: Redaction

    /// Pairs are looked for among so many different events.
    private static let mostEvents = 64
    private static let prefix = "element "

    /// The explanation with the names of elements in place of their numbers, where these are known.
    func named(_ explanation: Explanation) -> Explanation {
        var explanation = explanation
        for index in explanation.fields.indices {
            let name = explanation.fields[index].name
            guard name.hasPrefix(Self.prefix), let place = Int(name.dropFirst(Self.prefix.count)) else { continue }
            explanation.fields[index].name = self.name(of: place) ?? name
        }
        return explanation
    }

    private func name(of place: Int) -> String? {
        let own = session.counts.keys.sorted().prefix(Self.mostEvents)
        if let event = own.first(where: { space.place(of: $0) == place }) { return text(of: event) }
        // An event that is missing.
        if let event = book?.templates.first(where: { space.place(of: $0.id) == place }) { return text(of: event.id) }
        for (first, second) in zip(session.sequence, session.sequence.dropFirst())
        where space.place(of: first, then: second) == place { return pair(first, second) }
        // A pair that is missing, rather of events that are there.
        let known = (own + (book?.templates.map(\.id).filter { session.counts[$0] == nil } ?? [])).prefix(
            Self.mostEvents
        )
        for first in known {
            for second in known where space.place(of: first, then: second) == place { return pair(first, second) }
        }
        return nil
    }

    private func pair(_ first: Int, _ second: Int) -> String? {
        text(of: first).flatMap { first in text(of: second).map { "\(first) → \($0)" } }
    }

    private func text(of event: Int) -> String? {
        book?.template(event).map { redaction.kept($0.text, limit: 100) }
    }
}
