/// What an operator has said of a cluster.
public enum Standing: String, Sendable, Codable, CaseIterable {
    /// Known: its members raise no alarm.
    case normal
    /// Its members always raise one.
    case anomalous
}

extension Model {
    /// Notes, or with nil takes back, what an operator says of a cluster. It lasts as long as the id does, and goes over
    /// to the parts of a cluster that splits.
    ///
    /// - Throws: ``ClusteringError/mismatch(_:)`` where no living cluster has the id.
    public mutating func mark(cluster id: Int, as standing: Standing?) throws(ClusteringError) {
        guard let row = index(of: id) else {
            throw .mismatch(
                "there is no cluster \(id); \(clusters.count) are alive, the newest id is \(nextClusterID - 1)"
            )
        }
        guard clusters[row].standing != standing else { return }
        version += 1
        clusters[row].standing = standing
        clusters[row].revision = version
    }
}
