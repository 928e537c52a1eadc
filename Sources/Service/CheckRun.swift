import Embedding
import Foundation
import KafkaLog
import Kernels
import Pipeline
import RemoteEmbedding
public import Settings
import Streams
public import Telemetry

/// `centroidd check`: everything that can be known of a configuration without side effects.
public struct CheckRun: Sendable {
    private let loaded: LoadedSettings

    /// A check of a configuration that could be read.
    public init(_ loaded: LoadedSettings) { self.loaded = loaded }

    /// Checks the space and Kafka's own properties, offline; the lines to print.
    ///
    /// - Throws: ``Exit`` (78) for what would stop the daemon.
    public func checkOffline() throws -> [String] {
        let settings = loaded.settings
        do {
            var lines = try settings.space.kind == .remote ? serverLines() : [Self.line(of: try settings.makeSpace())]
            try settings.kafkaOptions.validate()
            lines += [
                "input       \(settings.input.topics.joined(separator: ", ")) as \(settings.input.format.rawValue)",
                "output      \(settings.output.topic), \(settings.output.delivery.rawValue)",
            ]
            if let entities = settings.pipelineOptions.entities {
                let names = entities.aggregates.map(\.name).joined(separator: ", ")
                lines.append("entities    \(names); at most \(entities.capacity) in a partition")
            }
            return lines
        } catch let exit as Exit {
            throw exit
        } catch let error as StreamError {
            throw Exit(.configuration, error.message)
        } catch {
            throw Exit(.configuration, "\(error)")
        }
    }

    private static func line(of space: any Space) -> String {
        "space       \(space.identity), \(space.dimension) dimensions, \(space.metric.rawValue)"
    }

    /// Asks the embedding server once. One that is away is said, and no fault of the configuration; one that answers
    /// something else than was configured is.
    private func serverLines() throws -> [String] {
        guard var options = loaded.settings.remoteOptions else { return [] }
        options.waits = false
        options.retries = 0
        do throws(EmbeddingInterruption) {
            let space = try RemoteSpace(options)
            let seconds = try space.probe()
            let standing = space.standing
            let time = "\(Int((seconds * 1000).rounded())) ms"
            return [
                Self.line(of: space),
                "server      \(standing.url) answers in \(time) (\(standing.api?.rawValue ?? ""))",
            ]
        } catch {
            guard case .unreachable(let problem) = error else { throw Exit(error) }
            let dimension = options.dimension.map { "\($0) dimensions" } ?? "its dimension is not known"
            return ["space       remote, \(dimension)", "server      NO ANSWER: \(problem)"]
        }
    }

    /// Asks the broker for the topics; the lines to print.
    ///
    /// - Throws: ``Exit`` with the code that the daemon would end with.
    public func checkBroker(sink: EventSink) throws -> [String] {
        let settings = loaded.settings
        do {
            let log = try KafkaRecordLog(options: settings.kafkaOptions, events: KafkaTelemetry(sink: sink))
            let options = settings.pipelineOptions
            let states = options.entities == nil ? nil : options.entityStore?.topic
            let ours = [
                options.outputTopic, options.deadLetterTopic, options.eventsTopic, options.store?.topic, states,
            ].compactMap { $0 }
            let descriptions = try log.describe(options.topics + ours)
            if let refused = descriptions.first(where: { $0.error?.kind == .unauthorised }), let error = refused.error {
                throw Exit(error)
            }
            let compacted = [options.store?.topic, states].compactMap { $0 }
            for store in descriptions where compacted.contains(store.name) && store.exists {
                guard let policy = store.cleanupPolicy, !policy.contains("compact") else { continue }
                throw Exit(
                    .configuration,
                    "topic \"\(store.name)\" has cleanup.policy=\(policy): old parts of what is kept there would be "
                        + "deleted; set it to compact"
                )
            }
            let counts = Dictionary(
                descriptions.filter(\.exists).map { ($0.name, $0.partitions) }
            ) { first, _ in first }
            var lines = ["broker      \(settings.kafka.bootstrapServers ?? "") answers"]
            for topic in options.topics {
                guard let count = counts[topic] else {
                    throw Exit(
                        .configuration,
                        "input topic \"\(topic)\" does not exist; create it, or mend input.topics"
                    )
                }
                lines.append("topic       \(topic): \(count) partitions")
            }
            for topic in ours {
                lines.append("topic       \(topic): " + (counts[topic].map { "\($0) partitions" } ?? "will be created"))
            }
            return lines
        } catch {
            throw Exit(error)
        }
    }
}
