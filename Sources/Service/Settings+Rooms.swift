public import Clustering
public import Embedding
public import KafkaLog
import Kernels
public import Pipeline
public import Settings

// The one place where the configuration file meets the rooms' own options.
extension Settings {
    /// Options of the space.
    public var embeddingOptions: EmbeddingOptions {
        var options = EmbeddingOptions()
        options.kind =
            switch space.kind {
            case .text: .text
            case .vector: .vector
            case .features: .features
            case .log: .log
            case .session: .session
            // Made elsewhere: see `makeSpace`.
            case .remote: .text
            }
        options.masks = space.mask == .numbers
        options.fields = effectiveFields.map(FeatureField.init)
        options.modelFolder = space.model
        options.floodFolder = space.floodFolder
        options.dimension = space.dimension
        options.encoding =
            switch space.encoding {
            case .auto: .automatic
            case .json: .json
            case .base64: .base64
            case .raw: .binary
            }
        options.maximumTokens = space.maximumTokens
        options.prefix = space.prefix
        options.precision =
            switch space.precision {
            case .auto: .automatic
            case .int8: .int8
            case .f32: .f32
            }
        options.cacheBytes = space.cache
        options.metric =
            switch clusters.metric {
            case .cosine: .cosine
            case .euclidean: .euclidean
            case nil: space.kind == .features || space.kind == .session ? .euclidean : .cosine
            }
        options.sessions.weighsByRarity = session.rarity
        options.sessions.ordered = session.order
        if let dimension = space.dimension { options.sessions.dimension = dimension }
        return options
    }

    /// Options of the clusters and their thresholds.
    public var clusteringOptions: ClusteringOptions {
        var options = ClusteringOptions()
        options.halfLife =
            switch clusters.halfLife {
            case .records(let count): .records(Double(count))
            case .time(let duration): .time(seconds: duration.inSeconds)
            case .never: .none
            }
        options.birth = clusters.birth.map { .distance(Float($0)) } ?? .automatic
        options.maximumClusters = clusters.maximum
        options.seed = UInt64(bitPattern: Int64(clusters.seed))
        options.step = clusters.step
        options.sampleCapacity = recluster.sample ?? (space.flood == nil ? 20_000 : 4000)
        options.anomalies.falseAlarmRate = anomalies.falseAlarmRate
        options.anomalies.heavyShare = anomalies.heavyShare
        options.anomalies.incidentQuiet = anomalies.incidentQuiet.inSeconds
        options.labels.redaction = redaction
        options.labels.terms = labels.terms
        options.labels.textLength = labels.textLength
        options.labels.representatives = labels.representatives
        options.recluster.grouping = groupingOptions
        options.recluster.silhouetteMargin = recluster.silhouetteMargin
        options.recluster.daviesBouldinMargin = recluster.daviesBouldinMargin
        options.recluster.minimumRetention = recluster.minimumRetention
        options.recluster.anomalyRateMargin = recluster.anomalyRateMargin
        return options
    }

    /// When the model is reclustered: not before it has warmed up, because until then it rebuilds itself.
    public var schedule: ReclusterSchedule {
        let period: ReclusterSchedule.Period =
            switch recluster.every {
            case .never: .off
            case .records(let count): .records(UInt64(count))
            case .time(let duration): .seconds(duration.inSeconds)
            }
        return ReclusterSchedule(period: period, first: clusteringOptions.warmUpRecords)
    }

    /// Options of the pipeline of a daemon. Half of `pipeline.memory` is for records in flight, the rest for
    /// librdkafka's queues (see ``kafkaOptions``).
    public var pipelineOptions: PipelineOptions {
        var options = PipelineOptions(application: application ?? "centroidd", clustering: clusteringOptions)
        options.topics = input.topics
        options.outputTopic = output.topic
        options.eventsTopic = output.eventsTopic ?? "\(options.application).events"
        options.deadLetterTopic = output.deadLetterTopic ?? "\(options.application).dead-letter"
        options.store = ModelStore(topic: "\(options.application).model")
        options.onError = RejectionPolicy(rawValue: output.onError.rawValue) ?? .deadLetter
        options.delivery = Delivery(rawValue: output.delivery.rawValue) ?? .exactlyOnce
        options.keepsKey = input.key == .keep
        options.entities = entityOptions
        options.entityStore = StateStore(topic: "\(options.application).entities")
        options.sessions = sessionOptions
        options.sessionStore = StateStore(topic: "\(options.application).sessions")
        options.includesText = output.text
        options.commitInterval = output.commitInterval
        options.memory = pipeline.memory / 2
        options.lanes = lanes
        options.maximumBatch = pipeline.batch ?? (space.kind == .remote ? space.batch : 1024)
        options.smallestBatch = smallestBatch
        options.drainTimeout = pipeline.drainTimeout
        options.schedule = schedule
        return options
    }

    /// A transformer's products take in about as many tokens at once as 8 records have; everything else is so cheap that
    /// larger batches pay, and a server is asked for as much as one request may hold.
    private var smallestBatch: Int {
        if space.kind == .remote { return space.batch }
        return space.model == nil || space.flood != nil ? 64 : 8
    }

    /// Options of the Kafka client.
    public var kafkaOptions: KafkaOptions {
        var options = KafkaOptions(bootstrapServers: kafka.bootstrapServers ?? "")
        options.clientID = kafka.clientID
        options.groupInstanceID = kafka.instance ?? application
        options.sessionTimeout = kafka.sessionTimeout
        options.transactionTimeout = kafka.transactionTimeout
        options.startsAtEnd = input.from == .latest
        // A quarter of the memory each for what was fetched and for what is to be sent; a message that is larger
        // than input.maximum_record must still be read, so that it can be refused.
        let quarter = max(1 << 20, pipeline.memory / 4)
        options.bufferBytes = quarter
        options.properties = [
            "max.poll.interval.ms": String(Int(kafka.pollTimeout.inSeconds * 1000))
        ]
        options.properties.merge(kafka.properties) { $1 }
        return options
    }

    /// What else of a JSON log goes with its assignment; nil where there is no such thing.
    private var contextOptions: ContextOptions? {
        guard input.format == .json, space.kind == .log || space.kind == .text, input.key != .entity else { return nil }
        let members = space.kind == .log ? space.context : []
        guard members != [] || space.source != nil else { return nil }
        return ContextOptions(
            members: members?.map(Self.path),
            source: Self.path(space.source),
            redaction: redaction
        )
    }

    /// A rule that is no regular expression was refused when the file was read.
    private var redaction: Redaction { (try? Redaction(rules: labels.redact)) ?? .builtIn }

    /// Turns a value's bytes into what the space reads.
    public func decoder(for space: any Space) -> RecordDecoder {
        RecordDecoder(
            space: space,
            format: InputFormat(rawValue: input.format.rawValue) ?? .text,
            field: self.space.field,
            context: contextOptions,
            maximumBytes: input.maximumRecord
        )
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension Settings {
    /// Takes the fields that a model was learnt from.
    public mutating func takeFields(of model: Model) {
        guard let layout = model.features?.encoding.layout else { return }
        space.fields = layout.fields.map { FeatureFieldSettings(FeatureField($0)) }
    }
}

extension FeatureField {
    /// A field as the configuration has it.
    init(_ settings: FeatureFieldSettings) {
        let kind: Kind =
            switch settings.kind {
            case .number: .number(settings.logarithm.map { $0 ? .logarithmic : .linear } ?? .automatic)
            case .category: .category(slots: settings.slots)
            case .boolean: .boolean
            case .text: .text
            case .hourOfDay: .time(.day)
            case .dayOfWeek: .time(.week)
            case .dayOfMonth: .time(.month)
            case .dayOfYear: .time(.year)
            }
        self.init(
            settings.name,
            kind,
            weight: Float(settings.weight),
            missing: FeatureLayout.Missing(rawValue: settings.missing.rawValue) ?? .mean
        )
    }
}

extension FeatureFieldSettings {
    /// A field that was found, as the configuration would have it.
    init(_ field: FeatureField) {
        let kind: Kind =
            switch field.kind {
            case .number: .number
            case .category: .category
            case .boolean: .boolean
            case .text: .text
            case .time(.day): .hourOfDay
            case .time(.week): .dayOfWeek
            case .time(.month): .dayOfMonth
            case .time(.year): .dayOfYear
            }
        self.init(name: field.name, kind: kind)
        weight = Double(field.weight)
        missing = Missing(rawValue: field.missing.rawValue) ?? .mean
        if case .category(let count) = field.kind { slots = count }
        if case .number(let scale) = field.kind { logarithm = scale == .automatic ? nil : scale == .logarithmic }
    }
}
