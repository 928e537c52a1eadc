import Clustering
import Kernels
import Testing

@testable import Pipeline

@Suite("When the model is reclustered")
struct ScheduleTests {
    @Test func recordsDoubleUntilThePeriodIsReached() {
        let schedule = ReclusterSchedule(period: .records(10_000), first: 1_000)
        var due: [UInt64] = []
        var last: UInt64 = 0
        for records in stride(from: UInt64(0), through: 40_000, by: 100)
        where schedule.isDue(records: records, lastRecords: last, elapsed: 0) {
            due.append(records)
            last = records
        }
        #expect(due == [1_000, 2_000, 4_000, 8_000, 16_000, 26_000, 36_000])
    }

    @Test func theClockAloneIsEnoughOnceThereAreRecords() {
        let schedule = ReclusterSchedule(period: .seconds(60), first: 1_000)
        #expect(!schedule.isDue(records: 999, lastRecords: 0, elapsed: 1e9))
        #expect(!schedule.isDue(records: 5_000, lastRecords: 5_000, elapsed: 1e9), "nothing new to learn from")
        #expect(!schedule.isDue(records: 5_001, lastRecords: 5_000, elapsed: 59))
        #expect(schedule.isDue(records: 5_001, lastRecords: 5_000, elapsed: 60))
    }

    @Test func offMeansNever() {
        #expect(!ReclusterSchedule(period: .off).isDue(records: 1 << 40, lastRecords: 0, elapsed: 1e9))
    }

    @Test func aYoungModelThatWasJustMadeAnewIsNotDue() throws {
        var options = ClusteringOptions()
        options.step = 100
        options.warmUpRecords = 400
        var coordinator = Coordinator(
            model: Model(space: "toy", dimension: 2, metric: .euclidean),
            options: options,
            schedule: ReclusterSchedule(period: .records(1_000_000), first: 400)
        )
        var worker = Worker(model: coordinator.model, options: options)
        var generator = SeededGenerator(seed: 1)
        var due: [UInt64] = []
        for number in 0..<1_000 {
            let group = Float(number % 3) * 10
            let place = [group + Float(generator.nextUniform()), group - Float(generator.nextUniform())]
            _ = try worker.assign(
                vectors: Matrix(columns: 2, storage: place),
                observations: [Observation()]
            ) { delta throws(ClusteringError) in
                let model = try coordinator.merge(delta)
                if coordinator.reclusteringIsDue(elapsed: 0) { due.append(model.records) }
                return model
            }
        }
        #expect(due == [800, 900, 1_000], "the rebuild at 400 was made of the same sample")
    }
}
