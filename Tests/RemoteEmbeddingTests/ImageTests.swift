import Embedding
import Foundation
import RemoteEmbedding
import TestSupport
import Testing

@Suite("Images for a server", .timeLimit(.minutes(20)))
struct ImageTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    @Test("are sent as data URLs or base64, whatever the record holds", arguments: RemoteOptions.ImageForm.allCases)
    func forms(form: RemoteOptions.ImageForm) async throws {
        let server = EmbeddingServer()
        try await server.run { url in
            let fixture = RemoteFixture(url) {
                $0.input = .image
                $0.imageForm = form
            }
            let space = try await fixture.space()
            let base64 = Data(Self.png).base64EncodedString()
            let inputs = try [.bytes(Self.png), .text(base64), .text("data:image/png;base64,\(base64)")]
                .map { (value: FieldValue) in try space.input(from: value) }
            let answer = try await fixture.blocking { try space.makeLane().embedEach(inputs) }
            let sent = (form == .dataURL ? "data:image/png;base64," : "") + base64
            #expect(server.requests.map(\.inputs) == [[sent, sent, sent]])
            #expect(server.requests[0].body.contains(#""modality":"image""#))
            #expect(RemoteFixture.agree(answer.vectors, RemoteFixture.expected([sent, sent, sent])))
            #expect(inputs.allSatisfy { $0.speakingText == nil })
        }
    }

    @Test("have a known type, or go to the dead letters")
    func types() async throws {
        let space = try await RemoteFixture("http://localhost:1") { $0.input = .image }.space()
        let known: [[UInt8]] = [
            Self.png, [0xFF, 0xD8, 0xFF, 0xE0], Array("GIF89a".utf8), Array("RIFF....WEBPVP8 ".utf8),
            Array("BM..".utf8),
        ]
        for bytes in known { #expect(throws: Never.self) { try space.input(from: .bytes(bytes)) } }
        for value: FieldValue in [
            .bytes([1, 2, 3]), .text("%%%"), .text("data:image/png,abc"), .text("AAAA"), .bytes([]),
        ] {
            let error = #expect(throws: InputRejection.self) { try space.input(from: value) }
            #expect(error?.code == .malformedImage)
        }
        #expect(throws: InputRejection.self) { try space.input(from: .numbers([1])) }
    }

    @Test("that a server is asked for its dimension with are images")
    func sample() async throws {
        let server = EmbeddingServer()
        try await server.run { url in
            _ = try await RemoteFixture(url) {
                $0.input = .image
                $0.dimension = nil
            }.space()
            let sent = try #require(server.requests.first?.inputs.first)
            let bytes = try #require(Data(base64Encoded: String(sent.dropFirst("data:image/png;base64,".count))))
            #expect(Array(bytes.prefix(8)) == Array(Self.png.prefix(8)))
        }
    }
}
