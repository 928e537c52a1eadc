import Embedding
import Foundation
import Kernels
import Streams
import Synchronization
import Testing

@testable import Pipeline

@Suite("Flow between the stages")
struct FlowTests {
    private let partition = TopicPartition(topic: "logs", partition: 0)

    private func records(_ offsets: Range<Int64>) -> [Record] {
        offsets.map { Record(source: partition, offset: $0, value: [1]) }
    }

    @Test func budgetStopsTheReaderAtTheCeilingAndLetsItGoOn() {
        let budget = FlowBudget(maximumBytes: 1000, maximumBatches: 10)
        #expect(budget.waitForRoom(until: .now) == 1000)
        budget.take(bytes: 600)
        #expect(budget.waitForRoom(until: .now) == 400)
        budget.take(bytes: 400)
        #expect(budget.waitForRoom(until: Date(timeIntervalSinceNow: 0.02)) == nil)
        Thread.detachNewThread { budget.giveBack(bytes: 400) }
        #expect(budget.waitForRoom(until: Date(timeIntervalSinceNow: 10)) == 400)
        #expect(budget.current.peakBytes == 1000)
    }

    @Test func budgetCountsBatches() {
        let budget = FlowBudget(maximumBytes: 1000, maximumBatches: 2)
        budget.take(bytes: 1)
        budget.take(bytes: 1)
        #expect(budget.waitForRoom(until: Date(timeIntervalSinceNow: 0.02)) == nil)
    }

    @Test func sequencerDeliversInOrderWhateverFinishesFirst() {
        let seen = Mutex<[Int]>([])
        let current = Mutex(0)
        let sequencer = Sequencer { item in
            guard case .barrier(let action) = item else { return }
            action()
            seen.withLock { $0.append(current.withLock { $0 }) }
        }
        for sequence in [2, 0, 3, 1, 5, 4] {
            sequencer.complete(UInt64(sequence), .barrier { current.withLock { $0 = sequence } })
        }
        #expect(seen.withLock { $0 } == [0, 1, 2, 3, 4, 5])
    }

    @Test func recordsOfARevokedPartitionAreDropped() {
        var positions = PartitionPositions()
        positions.assign([partition], from: [partition: 10])
        #expect(positions.admit(records(10..<15)).records.count == 5)
        positions.revoke([partition])
        #expect(positions.admit(records(15..<20)).records.isEmpty)
    }

    @Test func aLogThatWentBackIsReadFromThere() {
        var positions = PartitionPositions()
        positions.assign([partition], from: [partition: 5_000])
        let (admitted, resets) = positions.admit(records(0..<20))
        #expect(admitted.count == 20, "the topic was made anew: its records are new")
        #expect(resets == [.init(partition: partition, expected: 5_000, found: 0)])
        #expect(positions.admit(records(20..<30)).resets.isEmpty)
        #expect(positions.seek(to: [:]) == [partition: 0])
    }

    @Test func aPartitionWithoutACommitIsReadAgainFromItsFirstRecord() {
        var positions = PartitionPositions()
        positions.assign([partition], from: [:])
        _ = positions.admit(records(5000..<5010))
        #expect(positions.seek(to: [:]) == [partition: 5000])
    }

    @Test func ledgerGoesBackToTheLastCommit() {
        var ledger = OffsetLedger(committed: [partition: 3])
        for record in records(3..<9) { ledger.advance(past: record) }
        #expect(ledger.covered == [partition: 9])
        ledger.abort()
        #expect(ledger.covered == [partition: 3])
        for record in records(3..<5) { ledger.advance(past: record) }
        ledger.commit()
        #expect(ledger.committed == [partition: 5] && ledger.pending.isEmpty)
    }

    @Test func anOlderAnswerOfTheGroupDoesNotTakeOurCommitBack() {
        var ledger = OffsetLedger(committed: [partition: 30])
        // Nothing of ours yet: the group decides, also to read something again.
        ledger.start([partition: 3])
        #expect(ledger.committed == [partition: 3])
        for record in records(3..<9) { ledger.advance(past: record) }
        ledger.commit()
        ledger.start([partition: 3])
        #expect(ledger.committed == [partition: 9])
        ledger.start([partition: 12])
        #expect(ledger.committed == [partition: 12])
    }

    @Test func statesMoveOnlyForward() {
        for state in PipelineState.allCases {
            #expect(!state.allowedNext.contains(state))
            #expect(!state.allowedNext.contains(.created))
        }
        #expect(PipelineState.stopped.allowedNext.isEmpty && PipelineState.failed.allowedNext.isEmpty)
        #expect(PipelineState.running.allowedNext.contains(.waiting), "a rebalance takes the partitions away")
    }

    @Test func recordsKeepTheirPartitionWhereTheOutputHasAsMany() {
        let keyed = Record(source: TopicPartition(topic: "logs", partition: 5), offset: 0, key: [1], value: [1])
        var partitions = OutputPartitions(inputs: ["logs": 6], output: 6)
        #expect(partitions.partition(for: keyed) == 5)
        partitions.output = 4
        #expect(partitions.partition(for: keyed) == nil, "the key decides")
        var keyless = keyed
        keyless.key = nil
        #expect(partitions.partition(for: keyless) == 1)
        partitions.output = nil
        #expect(partitions.partition(for: keyless) == nil)
    }
}
