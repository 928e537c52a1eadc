import Clustering
import Embedding
import Kernels
import Synchronization

/// Turns templates into vectors, on the publisher's queue: each once, since all lines of one have the same words.
final class TemplateEmbedder: Sendable {
    private struct State {
        var lane: any EmbeddingLane
        /// Vectors by the words that they are of.
        var known: [String: [Float]] = [:]
        /// What is left of templates' texts, where something is taken out.
        var redacted: [String: String] = [:]
    }

    private let dimension: Int
    private let limit: Int
    private let redaction: Redaction
    /// Belongs to the publisher's queue; the mutex is never contended.
    private let state: Mutex<State>

    /// - Parameters:
    ///   - redaction: what is taken out of templates before they are published.
    ///   - limit: vectors that are remembered; where there are more, all are forgotten.
    init(space: any Space, redaction: Redaction, limit: Int = 16_384) {
        dimension = space.dimension
        self.limit = limit
        self.redaction = redaction
        state = Mutex(State(lane: space.makeLane()))
    }

    /// The vectors of lines, `lines.count × dimension`.
    func embed(_ lines: [MinedLine]) -> Matrix {
        state.withLock { state in
            var missing: [String] = []
            var isMissing: Set<String> = []
            for line in lines where state.known[line.words] == nil && isMissing.insert(line.words).inserted {
                missing.append(line.words)
            }
            if !missing.isEmpty {
                let fresh = state.lane.embed(missing.map(SpaceInput.text))
                // Those of this batch must stay.
                if state.known.count + missing.count > limit {
                    let needed = Set(lines.map(\.words))
                    state.known = state.known.filter { needed.contains($0.key) }
                }
                for (row, words) in missing.enumerated() { state.known[words] = Array(fresh[row: row]) }
            }
            var storage: [Float] = []
            storage.reserveCapacity(lines.count * dimension)
            for line in lines { storage += state.known[line.words] ?? Array(repeating: 0, count: dimension) }
            return Matrix(columns: dimension, storage: storage)
        }
    }

    /// Takes out of the lines' templates what is not to be kept. From what a line has in the places that vary it is taken
    /// where the line is mined (``Redaction/shown(_:of:)``).
    func redact(_ lines: inout [MinedLine]) {
        guard redaction != .none else { return }
        state.withLock { state in
            if state.redacted.count > limit { state.redacted = [:] }
            for index in lines.indices {
                let text = lines[index].text
                if let known = state.redacted[text] {
                    lines[index].text = known
                } else {
                    lines[index].text = redaction.redacted(text)
                    state.redacted[text] = lines[index].text
                }
            }
        }
    }
}
