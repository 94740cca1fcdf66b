import Datasets
import Dermoscopy
import Foundation
import LlamaEngine
import Reading
import Validation

/// A validated `validate` command line.
struct ValidateRequest: Sendable {
  /// The default output folder, as in the seed.
  static let defaultFolder = "data"

  var scope: ValidationScope
  var images: String?
  var notes: String?
  var labels: String?
  var metadata: String?
  /// The label file's columns, where its layout does not say.
  var columns: ColumnChoice
  /// Whether the run continues although no image has a label.
  var allowsUnlabelled: Bool
  var folder: String
  var scores: String?
  var limit: Int?
  var mode: RunRecords.Mode
  var readingProtocol: ReadingProtocol
  var document: String
  var seed: UInt64
  /// Images read at once; `nil` for as many as the model and the memory allow.
  var parallel: Int?
  var threads: Int?
  var device: ComputeDevice
  var weights: String?
  var projector: String?
  /// The command line, without the program's name.
  var command: [String]

  /// Validates a command line; of the files that it names, only the protocol is read.
  ///
  /// - Throws: `UsageFault`; a `Fault` for a protocol that is missing or broken.
  init(_ arguments: ParsedArguments) throws {
    func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "validate") }
    let names = ValidationScope.allCases.map(\.rawValue)
    guard let word = arguments.positional.first, arguments.positional.count == 1 else {
      throw wrong("Say what to validate: \(names.joined(separator: ", "))")
    }
    guard let scope = ValidationScope(rawValue: word) else {
      let suggestion = nearest(to: word, among: names).map { ". Did you mean '\($0)'?" } ?? ""
      throw wrong("'\(word)' is none of \(names.joined(separator: ", "))\(suggestion)")
    }
    self.scope = scope
    images = try arguments[ValidateOption.images]
    notes = try arguments[ValidateOption.notes]
    labels = try arguments[LabelOption.labels]
    metadata = try arguments[ValidateOption.metadata]
    columns = try chosenColumns(arguments, of: "validate")
    allowsUnlabelled = arguments[LabelOption.allowUnlabelled]
    folder = try arguments[ValidateOption.out] ?? Self.defaultFolder
    scores = try arguments[ValidateOption.isicScores]
    limit = try arguments[ValidateOption.limit]
    seed = try arguments[ValidateOption.seed] ?? 0
    parallel = try arguments[ValidateOption.parallel]
    threads = try arguments[EngineOption.threads]
    device = try chosenDevice(arguments)
    weights = try arguments[EngineOption.model]
    projector = try arguments[EngineOption.projector]
    switch (arguments[ValidateOption.resume], arguments[ValidateOption.replace]) {
    case (true, true): throw wrong("--resume and --replace exclude each other")
    case (true, false): mode = .resuming
    case (false, true): mode = .replacing
    case (false, false): mode = .fresh
    }
    switch (images, notes) {
    case (nil, nil): throw wrong("Say which images: --images DIR")
    case (.some, .some): throw wrong("--images and --from exclude each other")
    case (nil, .some) where scope != .phase3: throw wrong("--from goes with phase3 only")
    default: break
    }
    if scores != nil, scope == .phase1 || scope == .phase2 {
      throw wrong("--isic-csv needs Phase 3: validate phase3 or all")
    }
    let (readingProtocol, document) = try chosenProtocolWithDocument(arguments)
    self.readingProtocol = readingProtocol
    self.document = String(decoding: document, as: UTF8.self)
    if notes != nil, readingProtocol.classification.method == .scored {
      throw wrong("The protocol \(readingProtocol.id) must see the images, so --from cannot be used with it")
    }
    command = arguments.words
  }

  /// The images, or the notes that replace them.
  ///
  /// - Throws: a `Fault` for what is missing or unusable; `CancellationError`.
  func manifest(_ terminal: Terminal) throws -> Manifest {
    let labels = try labels.map { try Labels(path: $0, choice: columns) }
    for remark in labels?.remarks ?? [] { terminal.printError("dermgemma: \(remark)") }
    let metadata = try metadata.map { try MetadataTable(path: $0, choice: columns) }
    for remark in metadata?.remarks ?? [] { terminal.printError("dermgemma: \(remark)") }
    let manifest: Manifest
    if let notes {
      let table = try Phase2Table(path: notes, readingProtocol: readingProtocol)
      manifest = Manifest.notes(table, labels: labels, metadata: metadata, limit: limit)
    } else {
      manifest = try Manifest.images(in: images ?? "", labels: labels, metadata: metadata, limit: limit) {
        done, count in
        if done.isMultiple(of: 50) { terminal.progress("Looking through the images: \(done) of \(count)") }
      }
    }
    if let labels {
      try LabelMatch(labels, images: manifest.entries.map(\.name)).tell(terminal, allowsNone: allowsUnlabelled)
    }
    return manifest
  }

  /// Loads the model; for notes, only its weights.
  ///
  /// - Throws: a `Fault` when weights are missing or broken.
  func reader(for manifest: Manifest) throws -> Reader {
    let readings = parallel.map { min($0, max(manifest.entries.count, 1)) }
    guard notes == nil else {
      let path = try weights ?? ModelLocation.chosen(weights: nil, projector: nil).weights
      return try Reader(
        wordsOnly: path, readingProtocol: readingProtocol, readings: readings, threads: threads, device: device)
    }
    return try Reader(
      ModelLocation.chosen(weights: weights, projector: projector), readingProtocol: readingProtocol,
      readings: readings, atMost: max(manifest.entries.count, 1), threads: threads, device: device)
  }
}
