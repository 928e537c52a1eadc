import Embedding
import Kernels
import Testing

@Suite("The factory of spaces")
struct EmbeddingOptionsTests {
    static func options(_ change: (inout EmbeddingOptions) -> Void) -> EmbeddingOptions {
        var options = EmbeddingOptions()
        change(&options)
        return options
    }

    @Test("hashes text where no model is named")
    func defaults() throws {
        let space = try EmbeddingOptions().makeSpace()
        #expect(space is HashedTextSpace && space.dimension == 256 && space.metric == .cosine)
        let smaller = try Self.options { $0.dimension = 64 }.makeSpace()
        #expect(smaller.dimension == 64 && smaller.identity != space.identity)
        #expect(try space.input(from: .text("a")) == .text("a"))
        #expect(throws: InputRejection.self) { try space.input(from: .text("")) }
        #expect(throws: InputRejection.self) { try space.input(from: .numbers([1])) }
    }

    @Test("makes vector and model spaces")
    func others() throws {
        let vector = try Self.options {
            $0.kind = .vector
            $0.dimension = 3
            $0.metric = .euclidean
        }.makeSpace()
        #expect(vector is VectorSpace && vector.dimension == 3 && vector.metric == .euclidean)
        try TinyModel().withFolder { folder in
            let text = try Self.options { $0.modelFolder = folder }.makeSpace()
            #expect(text is any TokenizingSpace && text.dimension == TinyModel.hidden)
            #expect(throws: EmbeddingError.self) {
                try Self.options {
                    $0.modelFolder = folder
                    $0.dimension = 9
                }.makeSpace()
            }
        }
    }

    @Test(
        "refuses options that do not go together",
        arguments: [
            options { $0.kind = .vector }, options { $0.dimension = 0 }, options { $0.dimension = -1 },
            options { $0.dimension = 70_000 }, options { $0.dimension = 15 },
            options { $0.modelFolder = "/nonexistent" },
            options {
                $0.kind = .vector
                $0.dimension = 4
                $0.modelFolder = "models"
            },
        ]
    )
    func refusals(options: EmbeddingOptions) {
        let error = #expect(throws: EmbeddingError.self) { try options.makeSpace() }
        #expect(error?.problem.isEmpty == false && error?.mend.isEmpty == false)
    }
}
