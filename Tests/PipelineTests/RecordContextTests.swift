import Clustering
import Embedding
import Foundation
import Streams
import Testing

@testable import Pipeline

@Suite("What a JSON log says beside its message")
struct RecordContextTests {
    private let space = LogSpace(text: HashedTextSpace(dimension: 16))

    private func decode(
        _ value: String,
        field: String? = nil,
        context: ContextOptions? = ContextOptions()
    ) -> Result<(input: SpaceInput, context: RecordContext?), InputRejection> {
        RecordDecoder(space: space, format: .json, field: field, context: context).decodeWithContext(
            Record(source: TopicPartition(topic: "logs", partition: 0), offset: 0, value: Array(value.utf8))
        )
    }

    private func kept(_ value: String, field: String? = nil, context: ContextOptions) throws -> String? {
        try decode(value, field: field, context: context).get().context?.json.map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test(
        "The message is found under the names that loggers write it by, in a fixed order",
        arguments: [
            (#"{"msg":"up","level":30}"#, "up"), (#"{"log":"up\n","stream":"stdout"}"#, "up\n"),
            (#"{"MESSAGE":"up","PRIORITY":"6"}"#, "up"), (#"{"text":"no","message":"up"}"#, "up"),
            (#"{"message":{"a":1},"msg":"up"}"#, "up"), (#"{"jsonPayload":{"message":"up"}}"#, "up"),
        ]
    )
    func theMessageIsFound(value: String, message: String) throws {
        #expect(try decode(value).get().input == .text(message))
    }

    @Test("Where there is none, the mend is named", arguments: [#"{"level":"info"}"#, #"{"message":7}"#])
    func noMessageIsRefused(value: String) {
        guard case .failure(let rejection) = decode(value) else {
            Issue.record("\(value) was taken")
            return
        }
        #expect(rejection.code == .missingField)
        #expect(rejection.message.contains("space.field"))
    }

    @Test("Everything but the message is kept as it was, with sorted keys")
    func allElseIsKept() throws {
        let value = """
            {"service":{"name":"shop","pid":12},"event":{"message":"up"},"ok":true,"trace":9223372036854775807,"cost":0.25,
             "tags":["a",null],"level":"in\\"fo"}
            """
        #expect(
            try kept(value, field: "event.message", context: ContextOptions())
                == #"{"cost":0.25,"level":"in\"fo","ok":true,"service":{"name":"shop","pid":12},"tags":["a",null],"#
                + #""trace":9223372036854775807}"#
        )
        #expect(try kept(#"{"message":"up"}"#, context: ContextOptions()) == nil, "nothing is left")
    }

    @Test("Named members alone are kept, in the objects that they were in")
    func namedMembersAreKept() throws {
        let value = #"{"message":"up","service":{"name":"shop","pid":12},"level":"info"}"#
        let named = ContextOptions(members: [["service", "name"], ["level"], ["absent"]])
        #expect(try kept(value, context: named) == #"{"level":"info","service":{"name":"shop"}}"#)
        #expect(try kept(value, context: ContextOptions(members: [])) == nil)
    }

    @Test("Members that do not fit are left out, and the rest is still JSON", arguments: 0..<80)
    func theLimitHolds(limit: Int) throws {
        let value = #"{"message":"up","a":"xxxxxxxxxx","b":[1,2,3],"c":{"d":"yyyyyyyy"},"e":5}"#
        let kept = try kept(value, context: ContextOptions(limit: limit))
        guard let kept else {
            #expect(limit < #"{"e":5}"#.utf8.count)
            return
        }
        #expect(kept.utf8.count <= limit)
        let members = try #require(JSONSerialization.jsonObject(with: Data(kept.utf8)) as? [String: Any])
        #expect(!members.isEmpty && Set(members.keys).isSubset(of: ["a", "b", "c", "e"]))
    }

    @Test("Mail addresses and what an operator's pattern matches are taken out of values, by name and by themselves")
    func valuesAreRedacted() throws {
        let value = #"""
            {"message":"up","user":{"mail":"ada@example.org","name":"ada"},"password":"x1","cards":["4000123412341234",7],
             "card":4000123412341234,"port":8080,"host":"10.0.0.7","ratio":0.5,"big":9223372036854775807}
            """#
        let redaction = try Redaction(rules: ["email", "address", "number", "password=.*", #"\b4000\d{12}\b"#])
        #expect(
            try kept(value, context: ContextOptions(redaction: redaction))
                == #"{"big":9223372036854775807,"card":"<redacted>","cards":["<redacted>",7],"host":"10.0.0.7","#
                + #""password":"<redacted>","port":8080,"ratio":0.5,"user":{"mail":"<email>","name":"ada"}}"#
        )
        #expect(
            try kept(#"{"message":"up","to":"ada@example.org"}"#, context: ContextOptions(redaction: .none))
                == #"{"to":"ada@example.org"}"#
        )
    }

    @Test(
        "A source is named by text or a number",
        arguments: [(#""shop""#, "shop"), ("17", "17"), ("9007199254740993", "9007199254740993"), ("null", nil)]
            as [(String, String?)]
    )
    func sourcesAreNamed(value: String, name: String?) throws {
        let options = ContextOptions(members: [], source: ["service", "id"])
        let context = try decode(#"{"message":"up","service":{"id":\#(value)}}"#, context: options).get().context
        #expect(context?.source == name)
        #expect(context?.json == nil)
    }
}
