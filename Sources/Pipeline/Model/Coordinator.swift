import Clustering
import Kernels
import Templates

/// Owns the model: merges the deltas of workers in order, and lets in (or refuses) what reclustering proposes.
///
/// A value that passes `Delta`s and `Model`s with its worker, so that the two can stand in different processes.
struct Coordinator: Sendable {
    private(set) var model: Model
    let options: ClusteringOptions
    let schedule: ReclusterSchedule
    /// Records that the model had learned when it was last reclustered, or made anew while it was young.
    private(set) var reclusteredAt: UInt64 = 0
    /// Lineage and verdicts not yet published.
    private(set) var events: [ModelEvent] = []

    init(model: Model, options: ClusteringOptions, schedule: ReclusterSchedule) {
        self.model = model
        self.options = options
        self.schedule = schedule
        // A model that was read back has been reclustered before; its next turn comes with the period.
        if !model.clusters.isEmpty { reclusteredAt = model.records }
    }

    /// Merges what a worker learned; the model it should follow from now on.
    mutating func merge(_ delta: Delta, lanes: Lanes = .serial) throws(ClusteringError) -> Model {
        let before = model.findings
        let due = model.nextWarmUp
        events += try model.merge(delta, options: options, lanes: lanes).map(ModelEvent.lineage)
        // A young model that was just made anew is not due for the same from the same sample.
        if model.nextWarmUp != due { reclusteredAt = model.records }
        events += model.foldAlarms(delta, options: options).map(ModelEvent.incident)
        events += changes(since: before)
        return model
    }

    /// Notes what an operator says of a cluster; nil takes it back.
    mutating func mark(cluster: Int, as standing: Standing?) throws(ClusteringError) {
        let before = model.version
        try model.mark(cluster: cluster, as: standing)
        guard model.version != before else { return }
        let label = model.index(of: cluster).map { model.clusters[$0].label } ?? ""
        events.append(.feedback(Feedback(cluster: cluster, label: label, standing: standing, version: model.version)))
    }

    /// What the model began, or ceased, to find wrong.
    private func changes(since before: [Finding]) -> [ModelEvent] {
        let now = model.findings
        guard now != before else { return [] }
        return now.filter { !before.contains($0) }.map { .finding($0, lasts: true, version: model.version) }
            + before.filter { !now.contains($0) }.map { .finding($0, lasts: false, version: model.version) }
    }

    /// Lets lines be learned by the model's templates; their events follow. Nil where none are mined.
    @discardableResult
    mutating func withTemplates<Result>(_ body: (inout TemplateBook) -> Result) -> Result? {
        let mined = model.withTemplates { book in
            let result = body(&book)
            return (result, book.takeEvents())
        }
        events += (mined?.1 ?? []).map { event in
            var event = event
            event.text = options.labels.redaction.redacted(event.text)
            return .template(event)
        }
        return mined?.0
    }

    /// Whether reclustering is due, `elapsed` seconds after the last.
    func reclusteringIsDue(elapsed: Double) -> Bool {
        !model.clusters.isEmpty
            && schedule.isDue(records: model.records, lastRecords: reclusteredAt, elapsed: elapsed)
    }

    /// Puts a candidate before the gate.
    ///
    /// - Parameter assessment: the gate's figures, where they were found apart.
    mutating func adopt(
        _ candidate: Candidate,
        assessment: Verdict? = nil
    ) throws(ClusteringError) -> Adoption {
        reclusteredAt = model.records
        let adoption = try Clustering.adopt(candidate, into: model, options: options, assessment: assessment)
        model = adoption.model
        events.append(.verdict(adoption.verdict, version: model.version))
        events += adoption.lineage.map(ModelEvent.lineage)
        return adoption
    }

    /// Goes on from a model that was read back.
    mutating func resume(from stored: Model) {
        model = stored
        reclusteredAt = min(reclusteredAt, stored.records)
        events = []
    }

    /// Hands over what has to be published.
    mutating func takeEvents() -> [ModelEvent] {
        defer { events = [] }
        return events
    }
}
