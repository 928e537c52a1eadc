/// What one record says of an entity.
struct EntityEvent: Sendable, Equatable {
    /// What an event brings for one aggregate.
    enum Contribution: Sendable, Equatable {
        /// The event does not have the field: the aggregate stays as it is.
        case absent
        /// A number, finite.
        case number(Double)
        /// The hash of a value of any kind, to be counted.
        case token(UInt64)
    }

    /// The entity's name.
    var key: [UInt8]
    /// Milliseconds since 1970; 0 where no aggregate asks for it and the record has none.
    var time: Int64
    /// One for each aggregate, in order.
    var contributions: [Contribution]
}
