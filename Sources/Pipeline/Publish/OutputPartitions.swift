import Streams

/// Which output partition an assignment goes to.
///
/// Where the output has as many partitions as the input topic, a record keeps its partition's number, so order within
/// a partition survives whatever the keys are. Otherwise records with a key go where the key sends them, and records
/// without one follow their input partition.
struct OutputPartitions: Sendable {
    /// Partition counts of the input topics, as known at the start.
    var inputs: [String: Int]
    /// The output's partition count; nil where it is not known.
    var output: Int?

    func partition(for record: Record) -> Int32? {
        guard let output, output > 0 else { return nil }
        if inputs[record.source.topic] == output { return record.source.partition }
        return record.key == nil ? record.source.partition % Int32(output) : nil
    }
}
