import Foundation
import TestSupport
import Testing

@testable import Service

@Suite("Commands without Kafka", .timeLimit(.minutes(5)))
struct CommandTests {
    private func lines(_ count: Int, seed: UInt64 = 3) -> Data {
        var generator = LogGenerator(seed: seed)
        return Data((0..<count).map { _ in generator.next() + "\n" }.joined().utf8)
    }

    private func objects(_ data: Data) throws -> [[String: Any]] {
        try data.split(separator: UInt8(ascii: "\n")).map {
            try #require(try JSONSerialization.jsonObject(with: Data($0)) as? [String: Any])
        }
    }

    @Test func pipeAnswersEveryLineInOrderAndAlwaysTheSame() throws {
        let input = lines(3_000)
        let first = try DaemonProcess.run(["pipe", "--space", "text", "--seed", "5"], input: input)
        #expect(first.code == 0, "\(first.errors)")
        let assignments = try objects(first.output)
        #expect(assignments.compactMap { ($0["source"] as? [String: Any])?["offset"] as? Int } == Array(0..<3_000))
        #expect(Set(assignments.compactMap { $0["cluster"] as? Int }).count > 3)
        let second = try DaemonProcess.run(["pipe", "--space", "text", "--seed", "5"], input: input)
        #expect(first.output == second.output)
    }

    @Test(.enabled(if: SharedData.isPresent, "needs the public log data"))
    func realLogLinesGoThrough() throws {
        let input = try Data(contentsOf: SharedData.root.appending(path: "logs/loghub2k/Apache_2k.log"))
        let result = try DaemonProcess.run(["pipe", "--space", "text"], input: input)
        #expect(try objects(result.output).count == 2_000)
    }

    @Test func pipeShowsTemplatesAndGoesOnFromASnapshot() throws {
        let scratch = try Scratch()
        let snapshot = scratch.folder.appending(path: "logs.centroid").path
        let text = (0..<400).map { number in
            number % 2 == 0
                ? "Mar  1 10:00:00 web sshd[\(number)]: Failed password for invalid user n\(number) from 10.0.0.\(number % 200)"
                : "Mar  1 10:00:00 web app[7]: error in step \(number)\n\tat a.B(C.java:\(number))"
        }
        func part(_ range: Range<Int>) -> Data { Data(text[range].joined(separator: "\n").utf8) }
        let arguments = ["pipe", "--space", "log"]
        let whole = try DaemonProcess.run(arguments, input: part(0..<400))
        #expect(whole.code == 0, "\(whole.errors)")
        let records = try objects(whole.output)
        #expect(records.count == 400, "a stack trace belongs to the record before")
        #expect(records[398]["template"] as? String == "Failed password for invalid user <*> from <*>")
        #expect(records[398]["parameters"] as? [String] == ["n398", "10.0.0.198"])
        #expect(Set(records.compactMap { $0["template_id"] as? Int }) == [1, 2])
        _ = try DaemonProcess.run(arguments + ["--snapshot", snapshot], input: part(0..<150))
        let second = try DaemonProcess.run(arguments + ["--snapshot", snapshot], input: part(150..<400))
        #expect(
            try objects(second.output).map { $0["template_id"] as? Int }
                == records.suffix(250).map { $0["template_id"] as? Int }
        )
        #expect(try DaemonProcess.run(arguments, input: part(0..<400)).output == whole.output)
    }

    @Test(.enabled(if: SharedData.isPresent, "needs the public log data"))
    func evaluateJudgesTemplates() throws {
        let file = SharedData.root.appending(path: "logs/loghub2k/OpenStack_2k.log_structured.csv").path
        let arguments = ["evaluate", "--input", file, "--space", "log", "--field", "Content", "--label", "EventId"]
        let result = try DaemonProcess.run(arguments)
        let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        #expect(report["grouping_accuracy"] as? Double ?? 0 > 0.95)
        #expect(report["group_f1"] as? Double ?? 0 > 0.95)
        #expect(report["templates"] as? Int == 43)
    }

    @Test func aSnapshotGoesOnWhereItEnded() throws {
        let scratch = try Scratch()
        let snapshot = scratch.folder.appending(path: "model.centroid").path
        let input = lines(2_000)
        let half = input.split(separator: UInt8(ascii: "\n"))
        func part(_ range: Range<Int>) -> Data { Data(half[range].joined(separator: [UInt8(ascii: "\n")])) }
        _ = try DaemonProcess.run(["pipe", "--snapshot", snapshot], input: part(0..<1_000))
        let second = try DaemonProcess.run(["pipe", "--snapshot", snapshot], input: part(1_000..<2_000))
        let whole = try DaemonProcess.run(["pipe"], input: input)
        let clusters = try objects(second.output).map { $0["cluster"] as? Int }
        let expected = try objects(whole.output).suffix(1_000).map { $0["cluster"] as? Int }
        #expect(clusters == expected, "the second run must go on as if it had never stopped")
    }

    @Test func aDamagedSnapshotIsRefusedAndLeftAlone() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "model.centroid")
        _ = try DaemonProcess.run(["pipe", "--snapshot", file.path], input: lines(500))
        let whole = try Data(contentsOf: file)
        for damaged in [whole.prefix(whole.count / 2), Data("something else\n".utf8)] {
            try damaged.write(to: file)
            let result = try DaemonProcess.run(["pipe", "--snapshot", file.path], input: lines(10))
            #expect(result.code == 65)
            #expect(result.errors.contains(file.path))
            #expect(try Data(contentsOf: file) == damaged)
        }
    }

    @Test func aBrokenConfigurationNamesFileLineAndMend() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "bad.yaml")
        try "application: a\nkafka: {bootstrap_server: x}\ninput: {topics: [a]}\n"
            .write(to: file, atomically: true, encoding: .utf8)
        let result = try DaemonProcess.run(["check", "--config", file.path])
        #expect(result.code == 78)
        #expect(result.errors.contains("bad.yaml:2") && result.errors.contains("bootstrap_servers"), "\(result.errors)")
    }

    @Test func aWrongCommandLineIsAUsageError() throws {
        #expect(try DaemonProcess.run(["pipe", "--no-such-option"]).code == 64)
        #expect(try DaemonProcess.run(["evaluate", "--input", "/nonexistent.csv"]).code == 66)
        #expect(try DaemonProcess.run(["--version"]).code == 0)
    }

    @Test func theSchemaIsJSON() throws {
        let result = try DaemonProcess.run(["check", "--schema"])
        let schema = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        #expect(schema["properties"] != nil)
    }

    @Test func evaluateJudgesALabelledFile() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "blobs.csv")
        var text = "x,y,label,odd\n"
        for number in 0..<2_000 {
            let group = number % 3
            let wobble = Double((number * 7919) % 100) / 1000
            text +=
                "\(Double(group) + wobble),\(Double(group * group) - wobble),\(group),\(number % 500 == 499 ? 1 : 0)\n"
        }
        try text.write(to: file, atomically: true, encoding: .utf8)
        let result = try DaemonProcess.run(["evaluate", "--input", file.path, "--label", "label", "--anomaly", "odd"])
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        #expect(report["records"] as? Int == 2_000)
        #expect((report["ari"] as? Double ?? 0) > 0.95)
        for key in [
            "ami", "nmi", "v_measure", "purity", "silhouette", "auroc", "auprc", "alarm_rate", "false_alarm_rate",
        ] {
            #expect(report[key] is Double, "\(key) is missing")
        }
    }

    @Test func aConfigurationThatNamesNoSpaceLeavesItToTheColumns() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "points.csv")
        try ("a,b,label\n" + (0..<400).map { "\($0 % 2 * 9).\($0 % 7),\($0 % 3),\($0 % 2)\n" }.joined())
            .write(to: file, atomically: true, encoding: .utf8)
        let config = scratch.folder.appending(path: "step.yaml")
        try "clusters: {step: 20}\n".write(to: config, atomically: true, encoding: .utf8)
        let result = try DaemonProcess.run(
            ["evaluate", "--input", file.path, "--label", "label", "--config", config.path]
        )
        #expect(result.code == 0, "\(result.errors)")
        let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        #expect((report["space"] as? String)?.hasPrefix("vector") == true && (report["ari"] as? Double ?? 0) > 0.9)
    }

    @Test func aCellThatIsNoNumberIsNamedByLineAndColumn() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "points.csv")
        var text = "height,width\n"
        for number in 0..<300 {
            text += number == 120 ? "1.5,wide\n" : "\(number % 2 * 5).\(number % 7),\(number % 3).25\n"
        }
        try text.write(to: file, atomically: true, encoding: .utf8)
        let judged = try DaemonProcess.run(["evaluate", "--input", file.path])
        let report = try #require(try JSONSerialization.jsonObject(with: judged.output) as? [String: Any])
        #expect(judged.code == 0 && report["refused"] as? Int == 1)
        #expect(report["first_refusal"] as? String == "line 122: column \"width\" holds \"wide\", not a number")
        let grouped = try DaemonProcess.run(["cluster", "--input", file.path, "--algorithm", "kmeans", "--k", "2"])
        #expect(grouped.code == 0)
        #expect(
            grouped.errors.contains("line 122: column \\\"width\\\" holds \\\"wide\\\", not a number"),
            "\(grouped.errors)"
        )
    }

    @Test func customersWhoChangeTheirHabitsChangeTheirSegment() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "customers.yaml")
        try """
        input: {format: json, key: entity}
        entity: {field: customer, time: at, aggregates: {mean: mean(amount) half_life 3d, events: count half_life 3d}}
        space: {kind: features, fields: {mean: {kind: number, log: true}, events: {kind: number, log: true}}}
        """.write(to: file, atomically: true, encoding: .utf8)
        // Large purchases once in a while, or small ones often; the first twenty customers go over in the middle.
        var lines = ""
        let start = 1_700_000_000
        for day in 0..<60 {
            for customer in 0..<120 {
                let isLarge = (customer % 2 == 0) != (customer < 20 && day >= 30)
                guard !isLarge || (day + customer) % 3 == 0 else { continue }
                let wobble = (day * 31 + customer * 17) % 20
                for turn in 0..<(isLarge ? 1 : 3) {
                    let amount = isLarge ? 900 + 10 * wobble : 8 + wobble / 4
                    let at = start + day * 86_400 + customer * 60 + turn
                    lines += "{\"customer\":\"c\(customer)\",\"amount\":\(amount),\"at\":\(at)}\n"
                }
            }
        }
        let result = try DaemonProcess.run(["pipe", "--config", file.path], input: Data(lines.utf8))
        #expect(result.code == 0, "\(result.errors)")
        var last: [String: Int?] = [:]
        var changes: [String: Int] = [:]
        for published in try objects(result.output) {
            let entity = try #require(published["entity"] as? String)
            #expect(published["previous"] as? Int == last[entity] ?? nil, "a change must follow from the one before")
            #expect(published["features"] is [String: Any])
            last[entity] = published["cluster"] as? Int
            changes[entity, default: 0] += 1
        }
        #expect(last.count == 120)
        func segments(_ customers: some Sequence<Int>) -> Set<Int?> { Set(customers.map { last["c\($0)"] ?? nil }) }
        let large = segments(stride(from: 20, to: 120, by: 2)).union(segments(stride(from: 1, to: 20, by: 2)))
        let small = segments(stride(from: 21, to: 120, by: 2)).union(segments(stride(from: 0, to: 20, by: 2)))
        #expect(large.isDisjoint(with: small) && !large.contains(nil) && !small.contains(nil), "\(large), \(small)")
    }

    @Test(.enabled(if: SharedData.miniLM != nil, "needs the model: make model"))
    func embedGivesUnitVectorsAndTokens() throws {
        let model = try #require(SharedData.miniLM)
        let result = try DaemonProcess.run(
            ["embed", "--model", model.path],
            input: Data("This is an example sentence\n".utf8)
        )
        let line = try #require(try objects(result.output).first)
        #expect(line["tokens"] as? [Int] == [101, 2023, 2003, 2019, 2742, 6251, 102])
        let vector = try #require(line["vector"] as? [Double])
        #expect(vector.count == 384)
        #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        let raw = try DaemonProcess.run(
            ["embed", "--model", model.path, "--format", "f32"],
            input: Data("one\ntwo\n".utf8)
        )
        #expect(raw.output.count == 2 * 384 * 4)
    }

    @Test func distillMakesAStaticModelThatTextsGoThrough() throws {
        let scratch = try Scratch()
        let folder = scratch.folder.appending(path: "static").path
        let source = SharedData.fixture("encoders/prompts").path
        let made = try DaemonProcess.run(["distill", "--model", source, "--out", folder, "--dimensions", "8"])
        #expect(made.code == 0 && made.errors.contains("8 dimensions"), "\(made.errors)")
        let embedded = try DaemonProcess.run(["embed", "--model", folder], input: Data("disk quota\n".utf8))
        let vector = try #require(try objects(embedded.output).first?["vector"] as? [Double])
        #expect(vector.count == 8 && abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        let corpus = scratch.folder.appending(path: "corpus.txt")
        try lines(200).write(to: corpus)
        let weighed = ["distill", "--model", source, "--output", folder, "--corpus", corpus.path]
        #expect(try DaemonProcess.run(weighed).code == 0, "a static model may take the place of another")
        let assigned = try DaemonProcess.run(["pipe", "--model", folder], input: lines(500))
        #expect(try objects(assigned.output).count == 500, "\(assigned.errors)")
    }

    @Test func twoTiersGiveTheSameBytesOnAnyNumberOfLanes() throws {
        let scratch = try Scratch()
        let model = scratch.folder.appending(path: "model").path
        try FileManager.default.copyItem(atPath: SharedData.fixture("encoders/prompts").path, toPath: model)
        let made = try DaemonProcess.run(["distill", "--model", model, "--output", model + "-static"])
        #expect(made.code == 0, "\(made.errors)")
        let input = lines(2_500)
        let runs = try ["1", "3"].map { lanes in
            try DaemonProcess.run(
                ["pipe", "--model", model, "--flood", "static"],
                input: input,
                environment: ["CENTROIDD_PIPELINE__LANES": lanes, "CENTROIDD_RECLUSTER__SAMPLE": "400"]
            )
        }
        #expect(runs[0].code == 0 && runs[0].output == runs[1].output, "\(runs[0].errors)")
        #expect(Set(try objects(runs[0].output).compactMap { $0["cluster"] as? Int }).count > 1)
        let missing = try DaemonProcess.run(["pipe", "--model", model, "--flood", scratch.folder.path], input: input)
        #expect(missing.code == 78 && missing.errors.contains("distill"), "\(missing.errors)")
    }

    @Test(
        .enabled(
            if: SharedData.isPresent && SharedData.miniLM != nil,
            "needs the public texts, and the model: make model"
        )
    )
    func twoTiersAreBetterThanTheFastOneAlone() throws {
        let scratch = try Scratch()
        let model = try #require(SharedData.miniLM).path
        let flood = scratch.folder.appending(path: "static").path
        #expect(try DaemonProcess.run(["distill", "--model", model, "--output", flood]).code == 0)
        let input = SharedData.root.appending(path: "text/tweet89.tsv.gz").path
        func quality(_ options: [String]) throws -> (ari: Double, vMeasure: Double) {
            let result = try DaemonProcess.run(
                ["evaluate", "--input", input, "--label", "label", "--field", "text"] + options,
                environment: ["CENTROIDD_RECLUSTER__SAMPLE": "1000"]
            )
            let report = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
            return (try #require(report["ari"] as? Double), try #require(report["v_measure"] as? Double))
        }
        let fast = try quality(["--model", flood])
        let both = try quality(["--model", model, "--flood", flood])
        let deep = try quality(["--model", model])
        #expect(both.ari > fast.ari && both.vMeasure > fast.vMeasure, "\(fast) \(both)")
        #expect(both.ari > deep.ari - 0.08 && both.vMeasure > deep.vMeasure - 0.05, "\(both) \(deep)")
    }

    @Test func distillLeavesOtherFoldersAlone() throws {
        let scratch = try Scratch()
        let source = SharedData.fixture("encoders/prompts").path
        try Data("x".utf8).write(to: scratch.folder.appending(path: "notes.txt"))
        let occupied = try DaemonProcess.run(["distill", "--model", source, "--output", scratch.folder.path])
        #expect(occupied.code == 64 && occupied.errors.contains(scratch.folder.path), "\(occupied.errors)")
        let missing = scratch.folder.appending(path: "out").path
        let nothing = try DaemonProcess.run(["distill", "--model", missing, "--output", missing])
        #expect(nothing.code == 78 && nothing.errors.contains(missing), "\(nothing.errors)")
        #expect(!FileManager.default.fileExists(atPath: missing))
    }

    @Test func theDemoEndsByItselfWithASummary() throws {
        let scratch = try Scratch()
        let file = scratch.folder.appending(path: "app.log")
        try lines(2_000).write(to: file)
        let result = try DaemonProcess.run(["demo", file.path, "--once"])
        #expect(result.code == 0, "\(result.errors)")
        let text = String(decoding: result.output, as: UTF8.self)
        #expect(text.contains("2000 records") && text.contains("latest anomalies"), "\(text)")
    }
}
