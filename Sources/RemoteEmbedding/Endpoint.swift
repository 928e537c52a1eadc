import Foundation

/// Where requests go, from the address that was configured.
enum Endpoint {
    /// The protocol that an address's path speaks of; nil where it speaks of none.
    static func api(of url: String) -> RemoteOptions.API? {
        let path = trimmed(url)
        if path.hasSuffix("/embeddings") || path.hasSuffix("/v1") { return .openAI }
        return path.hasSuffix("/embed") ? .textEmbeddingsInference : nil
    }

    /// The address that requests are posted to.
    static func address(_ url: String, _ api: RemoteOptions.API) -> String {
        let path = trimmed(url)
        switch api {
        case .openAI:
            if path.hasSuffix("/embeddings") { return path }
            return path + (path.hasSuffix("/v1") ? "/embeddings" : "/v1/embeddings")
        case .textEmbeddingsInference: return path.hasSuffix("/embed") ? path : path + "/embed"
        }
    }

    /// What text-embeddings-inference says of itself is here.
    static func info(_ url: String) -> String { trimmed(url) + "/info" }

    private static func trimmed(_ url: String) -> String {
        var url = url
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    /// The largest batch that a server of text-embeddings-inference takes, from its `/info`; nil where it is no such
    /// server.
    static func batchLimit(info body: Data) -> Int? {
        struct Info: Decodable {
            var maxClientBatchSize: Int

            enum CodingKeys: String, CodingKey { case maxClientBatchSize = "max_client_batch_size" }
        }
        return (try? JSONDecoder().decode(Info.self, from: body))?.maxClientBatchSize
    }
}
