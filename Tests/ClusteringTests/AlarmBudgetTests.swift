import Testing

@testable import Clustering

@Suite("What the rate of alarms still leaves")
struct AlarmBudgetTests {
    @Test("grows with the records that were judged, by the rate, and shrinks with what was told")
    func balance() {
        var budget = AlarmBudget()
        #expect(!budget.allows(judged: 99, told: 0, rate: 0.01))
        #expect(budget.allows(judged: 100, told: 0, rate: 0.01))
        budget.learn(judged: 1_000, told: 4, rate: 0.01, clock: 0)
        #expect(budget.allows(judged: 0, told: 5, rate: 0.01))
        #expect(!budget.allows(judged: 0, told: 6, rate: 0.01))
        #expect(budget.allows(judged: 100, told: 6, rate: 0.01))
    }

    @Test("fades as the memory does, so that a long calm is not saved up for ever")
    func forgetting() {
        var budget = AlarmBudget()
        budget.learn(judged: 100_000, told: 0, rate: 0.01, clock: 0)
        budget.learn(judged: 0, told: 0, rate: 0.01, clock: 3)
        // An eighth after three half-lives.
        #expect(budget.allows(judged: 0, told: 124, rate: 0.01))
        #expect(!budget.allows(judged: 0, told: 125, rate: 0.01))
    }

    @Test("A flood without end is told by no more than the rate", arguments: [0.01, 0.001])
    func flood(rate: Double) {
        var budget = AlarmBudget()
        var told = 0
        for step in 0..<400 {
            var inStep = 0
            for record in 0..<100 where budget.allows(judged: record + 1, told: inStep, rate: rate) { inStep += 1 }
            budget.learn(judged: 100, told: inStep, rate: rate, clock: Double(step) / 100)
            told += inStep
        }
        // What half-lives forget of both sides leaves no more than it was.
        #expect(Double(told) <= 40_000 * rate && Double(told) >= 40_000 * rate * 0.9)
    }
}
