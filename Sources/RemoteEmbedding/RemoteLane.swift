import Embedding
import Kernels
import Telemetry

/// One worker's share of a ``RemoteSpace``: cuts its inputs into requests, and what is refused into halves until it is
/// known which input is at fault.
final class RemoteLane: EmbeddingLane {
    private typealias Answer = Result<[Float], InputRejection>

    private let server: RemoteServer
    private let dimension: Int
    private let unit: Bool
    private let sample: String

    init(server: RemoteServer, dimension: Int, unit: Bool, sample: String) {
        self.server = server
        self.dimension = dimension
        self.unit = unit
        self.sample = sample
    }

    /// Rows of what was refused or not answered are zero; the pipeline calls ``embedEach(_:)``, which tells them apart.
    func embed(_ inputs: [SpaceInput]) -> Matrix {
        (try? embedEach(inputs))?.vectors ?? Matrix(rows: inputs.count, columns: dimension)
    }

    func embedEach(_ inputs: [SpaceInput]) throws(EmbeddingInterruption) -> EmbeddedInputs {
        var result = EmbeddedInputs(vectors: Matrix(rows: inputs.count, columns: dimension))
        var places: [Int] = []
        var texts: [String] = []
        for (place, input) in inputs.enumerated() {
            guard let text = text(of: input) else { continue }
            places.append(place)
            texts.append(text)
        }
        var first = 0
        while first < texts.count {
            let end = min(texts.count, first + server.current.batch)
            let answers = try resolve(Array(texts[first..<end]))
            for (place, answer) in zip(places[first..<end], answers) { take(answer, at: place, into: &result) }
            first = end
        }
        if !result.refusals.isEmpty { server.countRefused(result.refusals.count) }
        return result
    }

    private func text(of input: SpaceInput) -> String? {
        switch input {
        case .text(let text): server.options.prefix.map { $0 + text } ?? text
        case .image(let image): server.options.imageForm == .dataURL ? image.dataURL : image.base64
        case .vector, .features: nil
        }
    }

    private func take(_ answer: Answer, at place: Int, into result: inout EmbeddedInputs) {
        switch answer {
        case .failure(let rejection): result.refusals[place] = rejection
        case .success(var vector):
            let length = vector.withUnsafeMutableBufferPointer { buffer -> Float in
                guard let base = buffer.baseAddress else { return 0 }
                return unit ? VectorMath.normalise(base, count: buffer.count) : 1
            }
            guard length > 0, vector.allSatisfy(\.isFinite) else {
                result.refusals[place] = InputRejection(
                    .notFinite,
                    "the server's vector has no length, or holds what is no number"
                )
                return
            }
            result.vectors.storage.replaceSubrange(place * dimension..<(place + 1) * dimension, with: vector)
        }
    }

    /// An answer for each of `texts`, in order.
    private func resolve(_ texts: [String], isHalf: Bool = false) throws(EmbeddingInterruption) -> [Answer] {
        switch try server.ask(texts) {
        case .vectors(let rows):
            return rows.map { .success($0) }
        case .garbled(let message):
            // It is the server, or these inputs: it takes an input that is above suspicion, or none.
            try waitForSense(message)
            guard texts.count == 1 else { return try split(texts, "no readable answer: \(message)") }
            // A record is given up only where the server went wrong on it again, having answered another.
            switch try server.ask(texts) {
            case .vectors(let rows): return rows.map { .success($0) }
            case .garbled(let again): return try split(texts, "no readable answer: \(again)")
            case .refused(let again): return try split(texts, again)
            }
        case .refused(let message):
            let answers = try split(texts, message)
            // What refuses everything is not at odds with the records but with us.
            if !isHalf, answers.allSatisfy({ if case .failure = $0 { true } else { false } }) {
                try demandSense(message)
            }
            return answers
        }
    }

    private func split(_ texts: [String], _ message: String) throws(EmbeddingInterruption) -> [Answer] {
        guard texts.count > 1 else {
            return [.failure(InputRejection(.refusedByServer, "\(server.address): \(message)"))]
        }
        let half = texts.count / 2
        let answers =
            try resolve(Array(texts[..<half]), isHalf: true) + (try resolve(Array(texts[half...]), isHalf: true))
        // Both halves went through: there were too many at once.
        if answers.allSatisfy({ if case .success = $0 { true } else { false } }) {
            server.learnBatch(below: texts.count - half)
        }
        return answers
    }

    /// Throws where the server refuses an input that is above suspicion.
    private func demandSense(_ message: String) throws(EmbeddingInterruption) {
        switch try server.ask([sample]) {
        case .vectors: return
        case .refused(let again), .garbled(let again):
            throw .misconfigured("\(server.address) refuses whatever is sent: \(again) (first: \(message))")
        }
    }

    /// Waits until the server gives a readable answer to an input that is above suspicion.
    private func waitForSense(_ message: String) throws(EmbeddingInterruption) {
        var message = message
        var attempt = server.options.retries + 1
        while true {
            switch try server.ask([sample]) {
            case .vectors, .refused: return
            case .garbled(let again): message = again
            }
            server.lost(message)
            guard server.options.waits else { throw .unreachable("\(server.address): \(message)") }
            attempt += 1
            try server.pause(attempt, .badAnswer, message)
        }
    }
}
