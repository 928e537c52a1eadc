/// The check that all text spaces share.
enum TextInput {
    static func check(_ value: FieldValue) throws(InputRejection) -> String {
        switch value {
        case .text(let text):
            guard !text.isEmpty else {
                throw InputRejection(.empty, "the text is empty; expected at least a character")
            }
            return text
        case .numbers(let numbers):
            throw InputRejection(.wrongType, "found an array of \(numbers.count) numbers; expected text")
        case .bytes(let bytes):
            throw InputRejection(.wrongType, "found \(bytes.count) bytes of a vector record; expected text")
        }
    }
}
