import Logging

/// The model began, or ceased, to find something wrong with itself or its stream.
public struct DiagnosisChanged: TelemetryEvent {
    /// What, as a short word in snake case.
    public var finding: String
    /// Whether it is so from now on; else it is over.
    public var lasts: Bool
    /// What it means and what can be done.
    public var advice: String

    /// Memberwise.
    public init(finding: String, lasts: Bool, advice: String) {
        self.finding = finding
        self.lasts = lasts
        self.advice = advice
    }

    /// A warning while it lasts, info when it is over; sets the finding's gauge to 1 or 0.
    public func emit(to sink: EventSink) {
        sink.logger.log(
            level: lasts ? .warning : .info,
            lasts ? "model diagnosis" : "model diagnosis over",
            metadata: lasts ? ["finding": "\(finding)", "advice": "\(advice)"] : ["finding": "\(finding)"]
        )
        sink.metrics.set(.modelDiagnosis, to: lasts ? 1 : 0, ["finding": finding])
        sink.recent.add("diagnosis", lasts ? "\(finding): \(advice)" : "\(finding) is over")
    }
}

/// How often alarms come.
public struct AlarmRateMeasured: TelemetryEvent {
    /// The share of recent records that raised one, from 0 to 1.
    public var realised: Double
    /// The share of normal records that may, as configured.
    public var asked: Double

    /// Memberwise.
    public init(realised: Double, asked: Double) {
        self.realised = realised
        self.asked = asked
    }

    /// Metrics only.
    public func emit(to sink: EventSink) {
        sink.metrics.set(.alarmRate, to: realised)
        sink.metrics.set(.alarmRateAsked, to: asked)
    }
}
