public import Clustering
import Dispatch
import Synchronization

extension Pipeline {
    /// Notes what an operator says of a cluster (nil takes it back); returns when it is committed beside the model.
    ///
    /// - Throws: ``ClusteringError`` where no living cluster has the id, ``PipelineFailure`` where the pipeline does not
    ///   run or the commit failed.
    public func mark(cluster: Int, as standing: Standing?) async throws {
        guard let publisher = parts.withLock({ $0?.publisher }) else {
            throw PipelineFailure.model("cluster \(cluster) was not marked: the pipeline is \(state.rawValue)")
        }
        try await withCheckedThrowingContinuation { continuation in
            publisher.queue.async {
                continuation.resume(with: Result { try publisher.mark(cluster: cluster, as: standing) })
            }
        }
    }
}
