import Embedding
import Kernels
import Streams
import Testing

@testable import Pipeline

@Suite("Decoding of records")
struct DecodingTests {
    private let source = TopicPartition(topic: "logs", partition: 2)

    private func decode(_ value: [UInt8]?, format: InputFormat = .text, field: String? = nil) -> Result<
        SpaceInput, InputRejection
    > {
        RecordDecoder(space: ToySpace(), format: format, field: field, maximumBytes: 100)
            .decode(Record(source: source, offset: 7, value: value))
    }

    private func code(_ result: Result<SpaceInput, InputRejection>) -> InputRejection.Code? {
        if case .failure(let rejection) = result { rejection.code } else { nil }
    }

    @Test func textIsTakenWhole() {
        #expect(decode(Array("a line".utf8)) == .success(.text("a line")))
    }

    @Test(
        arguments: [
            ("{\"spend\": 12.5, \"plan\": \"pro\"}", nil),
            ("{\"body\": {\"spend\": \"12.5\", \"plan\": \"pro\"}}", "body"),
        ] as [(String, String?)]
    )
    func featuresAreReadFromTheWholeObject(value: String, field: String?) throws {
        let fields = [FeatureField("spend", .number(.automatic)), FeatureField("plan", .category(slots: 4))]
        let decoder = RecordDecoder(space: try FeaturesSpace(fields: fields), format: .json, field: field)
        let input = try decoder.decode(Record(source: source, offset: 7, value: Array(value.utf8))).get()
        #expect(input.speakingText == "spend=12.5 plan=pro")
        #expect(input.words == ["pro"])
    }

    @Test(arguments: [
        ("nonsense", InputRejection.Code.malformedJSON), ("[1]", .wrongType), ("{}", .missingField),
        ("{\"spend\": \"much\"}", .wrongType), ("{\"spend\": 1e300}", .notFinite),
    ])
    func badFeaturesAreRejected(value: String, expected: InputRejection.Code) throws {
        let space = try FeaturesSpace(fields: [FeatureField("spend", .number(.automatic))])
        let decoder = RecordDecoder(space: space, format: .json)
        #expect(code(decoder.decode(Record(source: source, offset: 7, value: Array(value.utf8)))) == expected)
    }

    @Test(arguments: [
        (nil, InputRejection.Code.tombstone), ([], .empty), ([0x61, 0xff, 0x62], .invalidUTF8),
        ([UInt8](repeating: 0x61, count: 101), .tooLarge),
    ])
    func badTextIsRejected(value: [UInt8]?, expected: InputRejection.Code) {
        #expect(code(decode(value)) == expected)
    }

    @Test(arguments: [
        ("{\"message\": \"disk full\"}", "message", "disk full"),
        ("{\"event\": {\"text\": \"caf\\u00e9\"}}", "event.text", "café"),
    ])
    func jsonFieldIsFoundByItsPath(value: String, field: String, expected: String) {
        #expect(decode(Array(value.utf8), format: .json, field: field) == .success(.text(expected)))
    }

    @Test(arguments: [
        ("{\"message\": ", InputRejection.Code.malformedJSON), ("not json", .malformedJSON),
        ("{\"other\": 1}", .missingField), ("[1, 2]", .missingField), ("{\"message\": {\"a\": 1}}", .wrongType),
        ("{\"message\": null}", .wrongType), ("{\"message\": [1, \"x\"]}", .wrongType),
    ])
    func badJSONIsRejected(value: String, expected: InputRejection.Code) {
        #expect(code(decode(Array(value.utf8), format: .json, field: "message")) == expected)
    }

    @Test func withoutAFieldTheWholeDocumentIsTheText() {
        #expect(decode(Array("{\"a\": 1}".utf8), format: .json) == .success(.text("{\"a\": 1}")))
        #expect(code(decode(Array("{\"a\"".utf8), format: .json)) == .malformedJSON)
    }

    @Test func theMessageNamesWhatWasFoundAndExpected() throws {
        guard case .failure(let rejection) = decode(Array("{\"a\": true}".utf8), format: .json, field: "a") else {
            Issue.record("a boolean was accepted")
            return
        }
        #expect(rejection.message.contains("\"a\"") && rejection.message.contains("a boolean"))
    }
}
