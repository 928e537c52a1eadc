import Clustering
import Embedding
import Foundation
import Streams
import Telemetry

// How work ends early, and what happens to it when it cannot.
extension Publisher {
    /// Everything before is done: commit it, or give it up where the partitions are already lost.
    func settle(lost: Bool) {
        attempt { state throws in
            guard !state.failed else { return }
            if lost {
                try rollBack(&state, replacingProducer: false)
                sink.emit(TransactionAborted(reason: "partitions_lost", message: "the group took the partitions away"))
            } else {
                // What is kept in memory alone ends with the input.
                if storedStates == nil { try endSessions(all: true, state: &state) }
                try settleModel(&state)
                try commit(&state)
            }
        }
    }

    /// What comes before a batch that could not be embedded is committed; that batch and all behind it are read again by
    /// whoever comes next.
    func abandon(_ batch: Batch, _ interruption: EmbeddingInterruption) {
        attempt { state throws in
            guard !state.failed, batch.epoch == state.epoch else { return }
            try settleModel(&state)
            try commit(&state)
            state.epoch += 1
            if case .stopped = interruption, options.canRewind {
                return sink.emit(EmbeddingGivenUp(message: interruption.description))
            }
            fail(.embedding(interruption), state: &state)
        }
    }

    /// Gives up all that is in flight, where it can be read again.
    func discard() {
        attempt { state throws in
            guard !state.failed, options.canRewind else { return }
            try rollBack(&state, replacingProducer: false)
        }
    }

    /// What happens to an error of the log: give up the transaction, go back to the last commit, read again.
    func recover(from error: StreamError, state: inout State) {
        switch error.kind {
        case .fenced, .unauthorised, .misconfigured:
            return fail(.log(error), state: &state)
        case .retriable, .abortable, .fatal, .unreachable:
            break
        }
        guard options.canRewind else { return fail(.log(error), state: &state) }
        state.failuresInARow += 1
        sink.emit(TransactionAborted(reason: error.code, message: error.message))
        board.update { $0.transactions.aborted += 1 }
        guard state.failuresInARow <= options.maximumFailures else { return fail(.log(error), state: &state) }
        // Waits 0.1 s, doubling; the stages before this one fill up and reading stops meanwhile.
        if state.failuresInARow > 1 {
            Thread.sleep(forTimeInterval: min(5, 0.05 * Double(1 << state.failuresInARow)))
        }
        do {
            try rollBack(&state, replacingProducer: error.kind != .abortable)
        } catch {
            fail(Pipeline.failure(from: error), state: &state)
        }
    }

    /// Back to what the last commit left, in a new epoch: what is in flight is dropped and read again.
    func rollBack(_ state: inout State, replacingProducer: Bool) throws {
        if try state.transaction.abort(replacingProducer: replacingProducer), let stored = try restore() {
            // The commit that was not answered may have been carried out: the log knows.
            state.committed.resume(from: stored.model)
            state.stored = stored.model
            state.ledger.start(stored.covered)
            try reloadStates(&state)
        }
        dropUnwritten(&state)
        state.entities?.rollBack()
        state.sessions?.rollBack()
        state.epoch += 1
        state.coordinator = state.committed
        state.worker.follow(state.committed.model)
        state.tally = Tally()
        state.ledger.abort()
        requestRewind(epoch: state.epoch)
    }
}
