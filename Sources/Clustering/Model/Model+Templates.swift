public import Templates

extension Model {
    /// Begins to mine templates, where that has not begun.
    public mutating func mineTemplates(_ options: TemplateOptions) {
        if templates == nil { templates = TemplateBook(options: options) }
    }

    /// Learns lines with the book of templates, in place; nil where none are mined.
    ///
    /// - Parameter body: what is done with the book.
    public mutating func withTemplates<Result>(_ body: (inout TemplateBook) throws -> Result) rethrows -> Result? {
        guard var book = templates else { return nil }
        // Moved, not copied: the book is changed in place.
        templates = nil
        defer { templates = book }
        return try body(&book)
    }

    /// The same model without its templates: whoever only judges vectors needs none, and a book that is not shared is
    /// changed in place.
    public var withoutTemplates: Model {
        var model = self
        model.templates = nil
        return model
    }
}
