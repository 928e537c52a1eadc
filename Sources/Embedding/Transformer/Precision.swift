import Kernels

/// The numbers that the linear layers of a transformer are computed in.
public enum Precision: String, Sendable, Codable, CaseIterable {
    /// 32-bit floats: the model's own vectors.
    case f32
    /// 8-bit integers: several times as fast, with vectors that point nearly the same way.
    case int8
    /// ``int8`` where the processor has it and it keeps the model's vectors, as found by trying at load; else ``f32``.
    case automatic
}

extension Precision {
    /// The least cosine between a text's vectors in both precisions that ``automatic`` takes for the same.
    static let leastCosine: Float = 0.99

    /// Texts of many kinds on which the precisions are compared.
    static let examples = [
        "The quick brown fox jumps over the lazy dog.",
        "How do I return a value from an asynchronous function?",
        "Payment declined: insufficient funds on card ending 4242",
        "2024-03-18 09:12:44,105 INFO [main] org.example.Server: Started in 1284 ms",
        "Mar 18 09:12:44 host sshd[2211]: Failed password for invalid user admin from 203.0.113.7 port 51332 ssh2",
        "ERROR java.net.SocketTimeoutException: Read timed out after 30000 ms at /10.1.4.22:9092",
        "081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660 ending",
        "kernel: CPU3: Core temperature above threshold, cpu clock throttled (total events = 1)",
        "GET /v1/users/8d2f7c1e?limit=50 HTTP/1.1 503 0.482",
        "I love this phone, the battery lasts for days!",
        "Shares fell 4.2% on Tuesday after the company cut its forecast for the full year.",
        "A patient of 54 years was admitted with acute chest pain and shortness of breath.",
        "Die Lieferung kam zwei Tage zu spät und der Karton war beschädigt.",
        "新しいノートパソコンを買いました。",
        "Connection refused",
        "select id, name from customers where created_at > now() - interval '7 days' order by name",
    ]

    /// The weights to encode with, and the precision that they are in.
    func choose(
        _ exact: BERTWeights,
        _ tokenizer: WordPieceTokenizer
    ) throws(EmbeddingError) -> (BERTWeights, Precision) {
        switch self {
        case .f32: return (exact, .f32)
        case .int8: return (try exact.quantised(), .int8)
        case .automatic:
            guard let quantised = try? exact.quantised() else { return (exact, .f32) }
            let kept = Self.cosines(exact, quantised, tokenizer).allSatisfy { $0 >= Self.leastCosine }
            return kept ? (quantised, .int8) : (exact, .f32)
        }
    }

    /// For each example the cosine between what both encoders make of it; not a number where either makes nothing.
    static func cosines(_ first: BERTWeights, _ second: BERTWeights, _ tokenizer: WordPieceTokenizer) -> [Float] {
        let inputs = examples.map { SpaceInput.text($0) }
        let vectors = [first, second].map {
            TransformerLane(tokenizer: tokenizer, weights: $0, unit: true).embed(inputs)
        }
        return inputs.indices.map { VectorMath.dot(Array(vectors[0][row: $0]), Array(vectors[1][row: $0])) }
    }
}
