/// The check that all text spaces share.
enum TextInput {
    static func check(_ value: FieldValue) throws(InputRejection) -> String {
        switch value {
        case .text(let text):
            guard !text.isEmpty else {
                throw InputRejection(.empty, "the text is empty; expected at least a character")
            }
            return text
        case .numbers, .bytes, .fields:
            throw InputRejection(.wrongType, "found \(value.typeName); expected text")
        }
    }
}
