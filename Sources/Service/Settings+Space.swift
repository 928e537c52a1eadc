public import Embedding
import Foundation
public import RemoteEmbedding
public import Settings
public import Telemetry

extension Settings {
    /// Options of an embedding server; nil where the space is no remote one.
    public var remoteOptions: RemoteOptions? {
        guard space.kind == .remote, let url = space.url else { return nil }
        var options = RemoteOptions(url: url)
        options.model = space.model
        options.dimension = space.dimension
        options.metric = embeddingOptions.metric
        options.api = space.api == .auto ? nil : RemoteOptions.API(rawValue: space.api.rawValue)
        options.input = RemoteOptions.Input(rawValue: space.input.rawValue) ?? .text
        options.imageForm = RemoteOptions.ImageForm(rawValue: space.image.rawValue) ?? .dataURL
        options.batch = space.batch
        options.concurrency = space.concurrency
        options.timeout = space.timeout
        options.retries = space.retries
        options.prefix = space.prefix
        options.masks = space.mask == .numbers
        options.key = space.apiKey
        options.cacheBytes = space.cache
        return options
    }

    /// The space that these settings describe.
    ///
    /// - Parameter waits: whether an embedding server that does not answer is waited for, by the pipeline as it starts and
    ///   later; or it is asked here and now, and ends the command.
    /// - Throws: ``Exit``.
    public func makeSpace(sink: EventSink? = nil, waits: Bool = false) throws -> any Space {
        do {
            guard space.kind == .remote else { return try embeddingOptions.makeSpace() }
            guard var options = remoteOptions else {
                throw Exit(.configuration, "which embedding server? Set `space.url`, or give --url")
            }
            options.waits = waits
            let remote = try RemoteSpace(options, sink: sink)
            if !waits { try remote.prepare() }
            return remote
        } catch {
            throw Exit(error)
        }
    }

    /// Lanes that embed: one a core, but for a server one a request, because they do nothing but wait.
    var lanes: Int { pipeline.lanes ?? (space.kind == .remote ? space.concurrency : ProcessorCount.active) }
}
