import Embedding
import Foundation
import Kernels
public import Settings
import Streams
import Synchronization

/// `centroidd distill`: a static model out of a transformer.
public struct DistillRun: Sendable {
    /// The transformer's folder.
    public var model: String
    /// The folder that the static model goes to.
    public var output: String
    /// The elements of a vector; fewer where the model has fewer.
    public var dimensions = 256
    /// A file of texts, by which frequent tokens are told; nil: by their place in the vocabulary.
    public var corpus: String?
    /// The corpus's column, or JSON field, that is the text.
    public var field: String?

    /// Texts that are counted at a time.
    private static let block = 1_000

    /// A distillation of one folder into another.
    public init(model: String, output: String) {
        self.model = model
        self.output = output
    }

    /// Distils and writes the folder; it holds a static model only when everything is written.
    ///
    /// - Returns: a sentence about what was made.
    /// - Throws: ``Exit``.
    public func run(settings: Settings, quiet: Bool) throws -> String {
        try checkOutput()
        let space: TransformerTextSpace
        do {
            space = try TransformerTextSpace(folder: model)
        } catch {
            throw Exit(.configuration, "\(error)")
        }
        let distillation = Distillation(of: space)
        let counts = try corpus.map { try count($0, distillation, settings: settings, quiet: quiet) }
        let bar = ProgressBar("distilling", total: distillation.tokens.count, quiet: quiet)
        let done = Atomic(0)
        let outcome = try distillation.distil(dimensions: dimensions, counts: counts, lanes: .dispatch()) { tokens in
            bar.update(done.add(tokens, ordering: .relaxed).newValue)
        }
        bar.finish()
        let source = URL(filePath: model).standardizedFileURL.lastPathComponent
        try write(try outcome.model.files(source: source, pooling: space.pooling))
        let share = Int((outcome.share * 100).rounded())
        return "\(outcome.model.tokens) tokens, \(outcome.model.dimension) dimensions with \(share) % of the variance, "
            + "weighed by \(corpus.map { "the corpus \($0)" } ?? "Zipf's law"): \(output)"
    }

    /// A folder with anything but a static model in it is left alone.
    private func checkOutput() throws {
        guard FileManager.default.fileExists(atPath: output) else { return }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: output) else {
            throw Exit(.usage, "\(output) is no folder that can be read; name one for the static model")
        }
        guard names.isEmpty || (try? StaticModel(folder: output)) != nil else {
            throw Exit(.usage, "\(output) holds something else than a static model; name a new folder")
        }
    }

    private func count(_ path: String, _ distillation: Distillation, settings: Settings, quiet: Bool) throws -> [Int] {
        let table = try LabelledTable(
            input: path,
            label: nil,
            anomaly: nil,
            field: field,
            settings: settings,
            isKindChosen: true
        )
        guard case .text = table.columns.content else {
            throw Exit(.usage, "\(path): which column is the text? Name it with --field")
        }
        let bar = ProgressBar("counting", total: nil, quiet: quiet)
        defer { bar.finish() }
        var sums = [Int](repeating: 0, count: distillation.tokens.count)
        var (rows, texts) = (0, [String]())
        func add() {
            for (index, count) in distillation.counts(in: texts).enumerated() { sums[index] += count }
            texts.removeAll(keepingCapacity: true)
            bar.update(rows)
        }
        do throws(StreamError) {
            while let row = try table.reader.next() {
                rows += 1
                texts.append(String(decoding: table.columns.value(of: row), as: UTF8.self))
                if texts.count == Self.block { add() }
            }
        } catch {
            throw Exit(.badInput, error.message)
        }
        add()
        guard sums.contains(where: { $0 > 0 }) else {
            throw Exit(.badInput, "\(path) holds no token of the model's vocabulary")
        }
        return sums
    }

    private func write(_ files: [(name: String, data: Data)]) throws {
        let folder = URL(filePath: output, directoryHint: .isDirectory)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (name, data) in files { try data.write(to: folder.appending(path: name), options: .atomic) }
        } catch {
            throw Exit(.noInput, "\(output) cannot be written: \(reason(of: error))")
        }
    }
}
