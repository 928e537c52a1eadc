import Foundation
import Testing

@testable import Embedding

@Suite("A safetensors file")
struct SafetensorsTests {
    static func file(_ header: String, elements: Int, length: UInt64? = nil) -> Data {
        var data = Data()
        data.append(bytes: length ?? UInt64(header.utf8.count))
        return data + Data(header.utf8) + Data(repeating: 0, count: elements)
    }

    static func problem(_ data: Data) -> String? {
        do throws(EmbeddingError) {
            _ = try Safetensors(path: "m.safetensors", data: data)
            return nil
        } catch {
            return error.place == "m.safetensors" ? error.problem : nil
        }
    }

    @Test(
        "is refused where its header is damaged",
        arguments: [
            Data(), Data([1, 2, 3]), file("{}", elements: 0, length: 3), file("{}", elements: 0, length: .max),
            file("{}", elements: 0, length: UInt64(Int64.max)), file("not json", elements: 0), file("[]", elements: 0),
            file(#"{"a": {"dtype": "F32"}}"#, elements: 4),
            file(#"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 99999999999999999999]}}"#, elements: 4),
        ]
    )
    func header(data: Data) {
        #expect(Self.problem(data) != nil)
    }

    @Test(
        "is refused where a tensor does not lie within it as it says",
        arguments: [
            ("[1]", "[0, 8]"), ("[2]", "[0, 12]"), ("[1]", "[4, 0]"), ("[1]", "[-4, 0]"), ("[1]", "[0]"),
            ("[-1]", "[0, 4]"), ("[4611686018427387904, 4]", "[0, 4]"), ("[9223372036854775807]", "[0, 4]"),
            ("[1]", "[0, 9223372036854775807]"), ("[1]", "[9223372036854775807, 9223372036854775807]"),
        ]
    )
    func offsets(shape: String, offsets: String) throws {
        let header = #"{"weight": {"dtype": "F32", "shape": \#(shape), "data_offsets": \#(offsets)}}"#
        let problem = try #require(Self.problem(Self.file(header, elements: 8)))
        #expect(problem.contains("weight"))
    }

    @Test("is refused where tensors overlap")
    func overlap() {
        let header = """
            {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
             "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}
            """
        #expect(Self.problem(Self.file(header, elements: 12))?.contains("overlaps") == true)
    }

    @Test("names the tensor that is missing, of another type or of another shape")
    func tensors() throws {
        let header = """
            {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
             "b": {"dtype": "I64", "shape": [1], "data_offsets": [8, 16]}}
            """
        let file = try Safetensors(path: "m", data: Self.file(header, elements: 16))
        #expect(try file.floats("a", shape: [2]) == [0, 0])
        for (name, shape, expected) in [("c", [1], "missing"), ("b", [1], "I64"), ("a", [1, 2], "[2]")] {
            let error = #expect(throws: EmbeddingError.self) { try file.floats(name, shape: shape) }
            #expect(error?.problem.contains("tensor \(name)") == true && error?.problem.contains(expected) == true)
        }
    }

    @Test("is refused wherever it is cut off")
    func truncated() throws {
        let whole = try TinyModel().safetensors()
        for length in stride(from: 0, to: whole.count, by: 37) {
            #expect(Self.problem(whole.prefix(length)) != nil)
        }
        #expect(Self.problem(whole) == nil)
    }

    @Test(
        "converts binary16",
        arguments: [
            (UInt16(0x3C00), Float(1)), (0xC000, -2), (0x7BFF, 65504), (0x0001, 0x1p-24), (0x0400, 0x1p-14),
            (0x3555, 0.333251953125), (0x7C00, .infinity), (0x8000, 0),
        ]
    )
    func half(bits: UInt16, value: Float) {
        #expect(Safetensors.half(bits) == value)
    }
}
