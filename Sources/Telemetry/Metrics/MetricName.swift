/// Every metric that the daemon exports. Events refer to metrics by these cases alone, so that a name is spelt once.
///
/// Naming follows Prometheus: snake case, base units, counters end in `_total`.
public enum MetricName: String, CaseIterable, Sendable {
    /// Records read from the input.
    case recordsConsumed = "centroidd_records_consumed_total"
    /// Bytes of keys and values read from the input.
    case bytesConsumed = "centroidd_bytes_consumed_total"
    /// Records given a cluster and published.
    case recordsAssigned = "centroidd_records_assigned_total"
    /// Records found anomalous, by reason.
    case recordsAnomalies = "centroidd_records_anomalies_total"
    /// Records sent to the dead-letter topic, by reason.
    case recordsDeadLettered = "centroidd_records_dead_lettered_total"
    /// Records that could not be used and were passed over, by reason.
    case recordsSkipped = "centroidd_records_skipped_total"
    /// From reading a batch to publishing its assignments.
    case recordLatency = "centroidd_record_latency_seconds"

    /// Transactions committed.
    case transactionCommits = "centroidd_transaction_commit_total"
    /// Transactions aborted.
    case transactionAborts = "centroidd_transaction_abort_total"
    /// How long a commit takes.
    case commitDuration = "centroidd_commit_duration_seconds"
    /// Records between what is committed and the end of a partition.
    case consumerLag = "centroidd_kafka_consumer_lag_records"
    /// Partitions that this instance owns.
    case assignedPartitions = "centroidd_kafka_assigned_partitions"
    /// Rebalances, by what happened.
    case rebalances = "centroidd_kafka_rebalances_total"

    /// Tokens embedded.
    case embeddingTokens = "centroidd_embedding_tokens_total"
    /// Records that the deep one of two tiers has embedded.
    case embeddingDeep = "centroidd_embedding_deep_records_total"
    /// Records in an embedding batch.
    case embeddingBatchRecords = "centroidd_embedding_batch_records"
    /// How long an embedding batch takes.
    case embeddingDuration = "centroidd_embedding_duration_seconds"
    /// Texts looked up in the cache of vectors.
    case cacheLookups = "centroidd_embedding_cache_lookups_total"
    /// Texts whose vector was in the cache.
    case cacheHits = "centroidd_embedding_cache_hits_total"
    /// Bytes that the cache of vectors holds.
    case cacheBytes = "centroidd_embedding_cache_bytes"
    /// Requests to the embedding server, by outcome.
    case remoteRequests = "centroidd_remote_requests_total"
    /// Requests that were tried again, by what went wrong.
    case remoteRetries = "centroidd_remote_retries_total"
    /// How long a request takes.
    case remoteDuration = "centroidd_remote_request_duration_seconds"
    /// 1 while the embedding server answers, 0 while it does not.
    case remoteUp = "centroidd_remote_up"
    /// Records in an assignment batch.
    case assignmentBatchRecords = "centroidd_assignment_batch_records"
    /// How long an assignment batch takes.
    case assignmentDuration = "centroidd_assignment_duration_seconds"

    /// Bytes of records between being read and being committed.
    case inFlightBytes = "centroidd_in_flight_bytes"
    /// The configured ceiling of bytes in flight.
    case inFlightCeiling = "centroidd_in_flight_ceiling_bytes"
    /// Times that reading was paused because a stage was full.
    case inputPauses = "centroidd_input_pauses_total"

    /// The version of the model in use.
    case modelVersion = "centroidd_model_version"
    /// Clusters in the model.
    case modelClusters = "centroidd_model_clusters"
    /// Records that the model has learnt from, before forgetting.
    case modelRecords = "centroidd_model_records"
    /// The score above which a record is anomalous.
    case anomalyThreshold = "centroidd_anomaly_threshold"
    /// The share of recent records that raised an alarm.
    case alarmRate = "centroidd_anomaly_alarm_rate"
    /// The share of normal records that may raise one.
    case alarmRateAsked = "centroidd_anomaly_alarm_rate_asked"
    /// What the model finds wrong with itself or its stream.
    case modelDiagnosis = "centroidd_model_diagnosis"
    /// Clusters born, split, merged, retired.
    case clusterChanges = "centroidd_cluster_changes_total"
    /// Incidents opened, grown tenfold, closed.
    case incidents = "centroidd_incidents_total"
    /// How long a reclustering takes.
    case reclusterDuration = "centroidd_recluster_duration_seconds"
    /// What became of reclusterings.
    case reclusterVerdicts = "centroidd_recluster_verdicts_total"
    /// The held-out silhouette of the clusters in use, from -1 to 1, as of the last reclustering.
    case reclusterSilhouette = "centroidd_recluster_silhouette"
    /// Their held-out Davies-Bouldin index, low is good.
    case reclusterDaviesBouldin = "centroidd_recluster_davies_bouldin"
    /// Their held-out Calinski-Harabasz index, high is good.
    case reclusterCalinskiHarabasz = "centroidd_recluster_calinski_harabasz"
    /// Their held-out sum of squared distances to the centroids.
    case reclusterInertia = "centroidd_recluster_inertia"
    /// The share of held-out records that they flag.
    case reclusterAnomalyRate = "centroidd_recluster_anomaly_rate"
    /// The share of sampled records that kept their cluster id at the last reclustering.
    case reclusterRetention = "centroidd_recluster_id_retention"
    /// The share of the deep vectors' variance that the map between the two tiers leaves unexplained, held out.
    case mapResidual = "centroidd_space_map_residual"

    /// Templates of lines of logs in the model.
    case templates = "centroidd_templates"
    /// Templates born, merged, split, retired.
    case templateChanges = "centroidd_template_changes_total"

    /// Entities whose state this instance keeps.
    case entities = "centroidd_entities"
    /// Entities that had to make room for others.
    case entitiesEvicted = "centroidd_entities_evicted_total"
    /// Times that an entity came to a cluster or went to another.
    case entityChanges = "centroidd_entity_changes_total"

    /// Sessions that are open at this instance.
    case sessions = "centroidd_sessions_open"
    /// Sessions that ended, by why.
    case sessionsClosed = "centroidd_sessions_closed_total"
    /// Events that came after their windows had ended.
    case sessionEventsLate = "centroidd_session_events_late_total"
    /// Records in which no key was found.
    case sessionEventsWithoutKey = "centroidd_session_events_without_key_total"

    /// Errors, by stage and kind.
    case errors = "centroidd_errors_total"
    /// 1 while the daemon is ready, 0 while it is not.
    case ready = "centroidd_ready"
    /// Always 1; the label carries the version.
    case buildInfo = "centroidd_build_info"

    /// Resident memory of the process.
    case processResidentMemory = "process_resident_memory_bytes"
    /// User and system processor time of the process.
    case processCPU = "process_cpu_seconds_total"
    /// Open file descriptors of the process.
    case processOpenFiles = "process_open_fds"
    /// When the process started, seconds since the epoch.
    case processStart = "process_start_time_seconds"
}
