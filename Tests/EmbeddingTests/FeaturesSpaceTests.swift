import Kernels
import Testing

@testable import Embedding

@Suite("Features: from records to raw rows")
struct FeaturesSpaceTests {
    static let fields = [
        FeatureField("spend", .number(.automatic)), FeatureField("customer.country", .category(slots: 4)),
        FeatureField("churned", .boolean), FeatureField("at", .time(.day)), FeatureField("note", .text),
    ]

    private func space() throws -> FeaturesSpace {
        try FeaturesSpace(fields: Self.fields, text: HashedTextSpace(dimension: 16))
    }

    private static let record: [String: FeatureValue] = [
        "spend": .number(12.5), "customer": .object(["country": .text("DE")]), "churned": .boolean(true),
        "at": .text("2021-03-04T06:00:00Z"), "note": .text("hello there"), "other": .list([]),
    ]

    @Test func rowsHaveTheFieldsInOrder() throws {
        let space = try space()
        #expect(space.dimension == 1 + 1 + 1 + 2 + 16)
        #expect(space.layout?.width == 1 + 5 + 1 + 2 + 16)
        let input = try space.input(from: .fields(Self.record))
        let row = Array(space.makeLane().embed([input])[row: 0])
        #expect(row[0] == 12.5)
        #expect(row[1] == row[1].rounded() && (0..<16_777_216).contains(row[1]))
        #expect(row[2] == 1)
        #expect(abs(row[3] - 1) < 1e-6 && abs(row[4]) < 1e-6)
        let text = HashedTextSpace(dimension: 16).makeLane().embed([.text("hello there")])
        #expect(Array(row[5...]) == text.storage)
        #expect(input.words == ["DE"])
        #expect(
            input.speakingText
                == "spend=12.5 customer.country=DE churned=true at=2021-03-04T06:00:00Z note=hello there"
        )
    }

    @Test func missingValuesAreNotNumbers() throws {
        let space = try space()
        let input = try space.input(from: .fields(["spend": .number(1), "note": .null]))
        let row = Array(space.makeLane().embed([input])[row: 0])
        #expect(row[0] == 1)
        #expect(row.dropFirst().allSatisfy { $0.isNaN })
        #expect(input.words == [""])
    }

    @Test func textThatIsANumberIsTakenAsOne() throws {
        let space = try FeaturesSpace(fields: [FeatureField("a", .number(.linear)), FeatureField("b", .boolean)])
        let input = try space.input(from: .fields(["a": .text(" 1e3 "), "b": .text("No")]))
        #expect(space.makeLane().embed([input]).storage == [1000, 0])
    }

    static let unreadable: [(FieldValue, InputRejection.Code)] = [
        (.fields(["spend": .text("much")]), .wrongType), (.fields(["spend": .list([.number(1)])]), .wrongType),
        (.fields(["spend": .number(1e300)]), .notFinite), (.fields(["spend": .number(.nan)]), .notFinite),
        (.fields(["spend": .text("nan")]), .notFinite), (.fields(["churned": .text("perhaps")]), .wrongType),
        (.fields(["churned": .number(2)]), .wrongType), (.fields(["at": .text("yesterday")]), .wrongType),
        (.fields(["at": .text("2021-02-30")]), .wrongType), (.fields(["at": .number(.infinity)]), .wrongType),
        (.fields(["note": .number(1)]), .wrongType),
        (.fields(["customer": .object(["country": .object([:])])]), .wrongType), (.fields([:]), .missingField),
        (.fields(["other": .number(1)]), .missingField), (.text("x"), .wrongType), (.numbers([1]), .wrongType),
        (.bytes([1]), .wrongType),
    ]

    @Test(arguments: Self.unreadable)
    func whatCannotBeReadIsRefused(value: FieldValue, code: InputRejection.Code) throws {
        let space = try space()
        let error = #expect(throws: InputRejection.self) { _ = try space.input(from: value) }
        #expect(error?.code == code)
        #expect(error?.message.isEmpty == false)
    }

    @Test func aFieldThatMustBeThereIsAskedFor() throws {
        let space = try FeaturesSpace(fields: [
            FeatureField("a", .number(.linear)), FeatureField("b", .number(.linear), missing: .reject),
        ])
        let error = #expect(throws: InputRejection.self) { _ = try space.input(from: .fields(["a": .number(1)])) }
        #expect(error?.message == "the field \"b\" is missing, and must be there")
    }

    @Test func otherSpacesRefuseFields() {
        let spaces: [any Space] = [HashedTextSpace(), VectorSpace(dimension: 2)]
        for space in spaces {
            #expect(throws: InputRejection.self) { _ = try space.input(from: .fields([:])) }
            #expect(space.layout == nil)
        }
    }

    @Test func everythingThatChangesVectorsChangesTheIdentity() throws {
        let field = FeatureField("a", .number(.automatic))
        let spaces = try [
            FeaturesSpace(fields: [field]), FeaturesSpace(fields: [field], metric: .cosine),
            FeaturesSpace(fields: [FeatureField("b", .number(.automatic))]),
            FeaturesSpace(fields: [FeatureField("a", .number(.linear))]),
            FeaturesSpace(fields: [FeatureField("a", .number(.automatic), weight: 2)]),
            FeaturesSpace(fields: [FeatureField("a", .number(.automatic), missing: .zero)]),
            FeaturesSpace(fields: [FeatureField("a", .category(slots: 4))]),
            FeaturesSpace(fields: [FeatureField("a", .text)], text: HashedTextSpace(dimension: 16)),
            FeaturesSpace(fields: [FeatureField("a", .text)], text: HashedTextSpace(dimension: 32)),
        ]
        #expect(Set(spaces.map(\.identity)).count == spaces.count)
        #expect(try FeaturesSpace(fields: [field]).identity == spaces[0].identity)
    }

    static let impossible: [[FeatureField]] = [
        [], [FeatureField("", .boolean)], [FeatureField("a", .boolean), FeatureField("a", .text)],
        [FeatureField("a", .boolean, weight: -1)], [FeatureField("a", .boolean, weight: .nan)],
        [FeatureField("a", .category(slots: 0))], [FeatureField("a", .category(slots: 1000))],
    ]

    @Test(arguments: Self.impossible)
    func impossibleFieldsAreRefused(fields: [FeatureField]) {
        #expect(throws: EmbeddingError.self) { _ = try FeaturesSpace(fields: fields) }
    }
}

@Suite("Features: moments")
struct MomentTests {
    static let places: [(String, FeatureLayout.Cycle, Double)] = [
        ("1970-01-01", .week, 0.5), ("2024-02-29", .month, 0.91936), ("2024-12-31T23:59:00", .year, 0.99863),
        ("2026-11-25 18:00:00.250+02:00", .day, 0.75), ("2026-11-25", .week, 0.35714),
        ("1969-12-31T12:00", .day, 0.5), ("1900-03-01", .month, 0.01613),
    ]

    @Test(arguments: Self.places)
    func placesOnCircles(text: String, cycle: FeatureLayout.Cycle, turn: Double) throws {
        let moment = try #require(Moment(.text(text)))
        #expect(abs(moment.turn(of: cycle) - turn) < 1e-5)
    }

    @Test func numbersAreSecondsOrMilliseconds() throws {
        // 2026-11-25 06:00 in universal time, a Wednesday.
        for value in [1_795_586_400.0, 1_795_586_400_000] {
            let moment = try #require(Moment(.number(value)))
            #expect(moment.turn(of: .day) == 0.25)
            #expect(moment.turn(of: .week) == 2.5 / 7)
        }
        let before = try #require(Moment(.number(-1)))
        #expect(abs(before.turn(of: .day) - 86_399.0 / 86_400) < 1e-9)
    }

    @Test(arguments: [
        "", "2021", "2021-1-1", "2021-13-01", "2021-04-31", "2021-04-01T25:00", "2021-04-01T10", "x021-04-01",
    ])
    func whatIsNoMoment(text: String) {
        // A bare year is a number: seconds since 1970.
        #expect((Moment(.text(text)) == nil) == (text != "2021"))
    }
}

@Suite("Features: found in records")
struct FeatureInferenceTests {
    private static func record(_ index: Int) -> [String: FeatureValue] {
        let day = 10 + index % 9
        var record: [String: FeatureValue] = ["id": .number(Double(1000 + index)), "name": .text("name \(index)")]
        record["spend"] = .text("\(index % 7).5")
        record["visits"] = .number(Double(index % 5))
        record["plan"] = .text(index % 2 == 0 ? "free" : "pro")
        record["active"] = .boolean(index % 3 == 0)
        record["seen"] = .text("2026-11-\(day)T10:0\(index % 9):00Z")
        record["joined"] = .text("2026-11-\(day)")
        record["tags"] = .list([.text("a")])
        record["nothing"] = .null
        record["constant"] = .text("x")
        record["customer"] = .object(["country": .text(index % 3 == 0 ? "DE" : "FR")])
        record["segment"] = .text("s\(index % 2)")
        return record
    }

    @Test func kindsAreToldByTheFirstRecords() {
        let records = (0..<60).map(Self.record)
        let fields = FeatureInference.fields(of: records, names: ["visits", "spend"], excluding: ["segment"])
        #expect(
            fields == [
                FeatureField("visits", .number(.automatic)), FeatureField("spend", .number(.automatic)),
                FeatureField("active", .boolean), FeatureField("customer.country", .category(slots: 16)),
                FeatureField("joined", .time(.week)), FeatureField("plan", .category(slots: 16)),
                FeatureField("seen", .time(.day)),
            ]
        )
        #expect(FeatureInference.fields(of: []).isEmpty)
    }

    @Test func emptyCellsAreMissing() {
        #expect(FeatureValue(cell: "") == .null)
        #expect(FeatureValue(cell: "NA") == .null)
        #expect(FeatureValue(cell: "nab") == .text("nab"))
    }
}
