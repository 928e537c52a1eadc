import Embedding
import Foundation

/// Tells image files by their first bytes.
enum ImageFile {
    private static let signatures: [(type: String, offset: Int, bytes: [UInt8])] = [
        ("image/png", 0, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ("image/jpeg", 0, [0xFF, 0xD8, 0xFF]),
        ("image/gif", 0, Array("GIF8".utf8)),
        ("image/webp", 8, Array("WEBP".utf8)),
        ("image/bmp", 0, Array("BM".utf8)),
        ("image/tiff", 0, [0x49, 0x49, 0x2A, 0x00]),
        ("image/tiff", 0, [0x4D, 0x4D, 0x00, 0x2A]),
        ("image/avif", 4, Array("ftypavif".utf8)),
    ]

    /// The type of a file that begins with `bytes`; nil where it is none that is known.
    static func type(of bytes: some Collection<UInt8>) -> String? {
        signatures.first { bytes.dropFirst($0.offset).starts(with: $0.bytes) }?.type
    }

    /// An image from a record: its bytes, their base64, or a `data:` URL.
    static func encoded(_ value: FieldValue) throws(InputRejection) -> EncodedImage {
        switch value {
        case .bytes(let bytes):
            guard let type = type(of: bytes) else { throw unknown(bytes.count) }
            return EncodedImage(type: type, base64: Data(bytes).base64EncodedString())
        case .text(let text): return try encoded(text)
        case .numbers, .fields:
            throw InputRejection(.wrongType, "found no image; expected bytes, base64 or a data URL")
        }
    }

    private static func encoded(_ text: String) throws(InputRejection) -> EncodedImage {
        var base64 = text
        if text.hasPrefix("data:") {
            guard let comma = text.firstIndex(of: ","), text[..<comma].hasSuffix(";base64") else {
                throw InputRejection(.malformedImage, "the data URL is not in base64")
            }
            base64 = String(text[text.index(after: comma)...])
        }
        guard !base64.isEmpty else { throw InputRejection(.empty, "the image is empty") }
        guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters), !data.isEmpty else {
            throw InputRejection(.malformedImage, "the image is not base64")
        }
        guard let type = type(of: data) else { throw unknown(data.count) }
        return EncodedImage(type: type, base64: data.base64EncodedString())
    }

    private static func unknown(_ count: Int) -> InputRejection {
        InputRejection(
            .malformedImage,
            "\(count) bytes are no image of a known type (PNG, JPEG, GIF, WebP, BMP, TIFF, AVIF)"
        )
    }

    /// A grey square of 16 × 16: what a server is asked for where any image will do.
    static let sample = EncodedImage(
        type: "image/png",
        base64: "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFElEQVR42mNoIBEwjGoY1TB8NQAAJYSAELxv8c8AAAAASUVORK5C"
            + "YII="
    )
}
