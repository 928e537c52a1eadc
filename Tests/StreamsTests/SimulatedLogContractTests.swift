import Streams
import TestSupport
import Testing

@Suite("The simulated log keeps the contract of a log")
struct SimulatedLogContractTests {
    @Test(arguments: RecordLogContract.Check.allCases)
    func keeps(_ check: RecordLogContract.Check) throws {
        let cluster = SimulatedLog()
        let contract = RecordLogContract(abilities: .all, patience: .seconds(5)) { cluster.client() }
        try contract.run(check)
    }
}
