/// A space that cuts text into tokens of a vocabulary before it embeds them.
public protocol TokenizingSpace: Space {
    /// The ids of the tokens that would be read of `text`, those that open and close it included.
    func tokenIDs(of text: String) -> [Int32]
}
