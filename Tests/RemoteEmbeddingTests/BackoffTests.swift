import Foundation
import Testing

@testable import RemoteEmbedding

@Suite("Waits between tries")
struct BackoffTests {
    @Test("double up to a ceiling, with chance taking any part of them")
    func growth() {
        let backoff = Backoff()
        for attempt in 1...200 {
            let top = min(backoff.ceiling, backoff.base * pow(2, Double(attempt - 1)))
            #expect(backoff.wait(attempt: attempt, chance: 0) == 0)
            #expect(abs(backoff.wait(attempt: attempt, chance: 0.5) - top / 2) < 1e-9)
            #expect(backoff.wait(attempt: attempt, chance: 0.999_999) <= top)
        }
    }

    @Test("are never shorter than the server asks for, within reason")
    func asked() {
        let backoff = Backoff()
        #expect(backoff.wait(attempt: 1, chance: 0, asked: 7) == 7)
        #expect(backoff.wait(attempt: 9, chance: 1, asked: 1) == backoff.ceiling)
        #expect(backoff.wait(attempt: 1, chance: 0, asked: 1e9) == backoff.longest)
    }

    @Test(
        "are read from Retry-After in seconds and in all three forms of a date",
        arguments: [
            ("120", 120), (" 0 ", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sunday, 06-Nov-94 08:49:37 GMT", 37),
            ("Sun Nov  6 08:49:37 1994", 37), ("Sun, 06 Nov 1994 08:48:00 GMT", 0), ("soon", nil), ("-3", nil),
            ("", nil),
            ("nan", nil),
        ] as [(String, Double?)]
    )
    func header(text: String, seconds: Double?) {
        // 06 Nov 1994 08:49:00 GMT
        #expect(Backoff.retryAfter(text, now: Date(timeIntervalSince1970: 784_111_740)) == seconds)
    }

    @Test("of vectors in base64, as some servers write them")
    func base64() throws {
        let floats: [Float] = [0.5, -2, 1e-3]
        let data = floats.withUnsafeBytes { Data($0) }
        let body = #"{"data":[{"index":0,"embedding":"\#(data.base64EncodedString())"}]}"#
        let wire = Wire(api: .openAI, model: nil, input: .text)
        #expect(try wire.vectors(Data(body.utf8), count: 1) == [floats])
    }

    @Test(
        "end with what the server says, in whatever form",
        arguments: [
            (#"{"error":{"message":"m","type":"t"}}"#, "m"), (#"{"error":"m"}"#, "m"), (#"{"detail":"m"}"#, "m"),
            (#"{"detail":[{"loc":["body"],"msg":"m"}]}"#, "m"), (#"{"object":"error","message":"m"}"#, "m"),
            ("plain\ntext", "plain text"), ("", "no message"),
        ]
    )
    func messages(body: String, message: String) {
        #expect(ServerMessage.read(Data(body.utf8)) == message)
    }
}
