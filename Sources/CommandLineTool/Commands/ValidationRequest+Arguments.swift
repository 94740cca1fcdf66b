import DICOM
import Datasets
import Dermoscopy
import Foundation
import Reading
import RemoteModel
import UseCases
import Validation

extension ValidationRequest {
  /// The default output folder, as in the seed.
  private static let defaultFolder = "data"

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
    let images = try arguments[ValidateOption.images]
    let notes = try arguments[ValidateOption.notes]
    let labels = try arguments[LabelOption.labels]
    let metadata = try arguments[ValidateOption.metadata]
    let columns = try chosenColumns(arguments, of: "validate")
    let allowsUnlabelled = arguments[LabelOption.allowUnlabelled]
    let folder = try arguments[ValidateOption.out] ?? Self.defaultFolder
    let scores = try arguments[ValidateOption.isicScores]
    let limit = try arguments[ValidateOption.limit]
    let shard = try Self.shard(arguments)
    let digests = try Self.digests(arguments)
    let seed = try arguments[ValidateOption.seed] ?? 0
    let parallel = try arguments[ValidateOption.parallel]
    let threads = try arguments[EngineOption.threads]
    let device = try chosenDevice(arguments)
    let dicom = try DICOMOptions(arguments, hasFrame: false)
    let endpoint = try arguments.endpoint(of: "validate")
    let mode = try RunRecords.Mode(arguments, of: "validate")
    switch (images, notes) {
    case (nil, nil): throw wrong("Say which images: --images DIR")
    case (.some, .some): throw wrong("--images and --from exclude each other")
    case (nil, .some) where scope != .phase3: throw wrong("--from goes with phase3 only")
    default: break
    }
    if scores != nil, scope == .phase1 || scope == .phase2 {
      throw wrong("--isic-csv needs Phase 3: validate phase3 or all")
    }
    let grouping = try arguments[GroupOption.groupBy]
    if grouping != nil, grouping != .folder, labels == nil, metadata == nil {
      throw wrong("--group-by \(grouping?.name ?? "") needs --labels or --metadata")
    }
    let chosen = try chosenProtocol(arguments)
    let readingProtocol = chosen.readingProtocol
    if notes != nil, readingProtocol.classification.method == .scored {
      throw wrong("The protocol \(readingProtocol.id) must see the images, so --from cannot be used with it")
    }
    self.init(
      scope, into: folder, readingProtocol: readingProtocol, document: chosen.text,
      model: try Self.model(arguments, endpoint, wordsOnly: notes != nil), version: Tool.version)
    (self.images, self.notes, self.labels, self.metadata) = (images, notes, labels, metadata)
    (self.columns, self.allowsUnlabelled) = (columns, allowsUnlabelled)
    (self.scores, self.limit, self.mode, self.seed) = (scores, limit, mode, seed)
    (self.parallel, self.threads, self.device, self.dicom) = (parallel, threads, device, dicom)
    command = arguments.words
    self.grouping = grouping
    (self.shard, self.digests) = (shard, digests)
    if shard != nil { wholeCommand = arguments.words(without: Self.shardOptions) }
  }

  /// Options that one run of all images would not have, or not the same.
  static let shardOptions: [any CommandOption] = [
    ValidateOption.shard, ValidateOption.shards, ValidateOption.digests, ValidateOption.out, ValidateOption.resume,
    ValidateOption.replace,
  ]

  private static func shard(_ arguments: ParsedArguments) throws(UsageFault) -> Shard? {
    let shard = try Shard(arguments, of: "validate")
    guard shard == nil || !arguments.has(ValidateOption.isicScores) else {
      throw UsageFault(message: "--isic-csv is for all images: give it to merge, not to a shard", command: "validate")
    }
    return shard
  }

  /// The list of digests that a command line names.
  private static func digests(_ arguments: ParsedArguments) throws(UsageFault) -> String? {
    let digests = try arguments[ValidateOption.digests]
    if digests != nil, arguments.has(ValidateOption.notes) {
      throw UsageFault(message: "--digests is of images: it does not go with --from", command: "validate")
    }
    return digests
  }

  /// The model; for notes, the weights alone.
  private static func model(
    _ arguments: ParsedArguments, _ endpoint: RemoteConfiguration?, wordsOnly: Bool
  ) throws -> ModelSource {
    if let endpoint { return .endpoint(endpoint) }
    guard wordsOnly else { return try arguments.modelSource(of: "validate") }
    if arguments.isOnCommandLine(EngineOption.precision.name) {
      throw UsageFault(message: "--precision is of images: it does not go with --from", command: "validate")
    }
    return .wordsOnly(
      weights: try arguments[EngineOption.model] ?? ModelLocation.chosen(weights: nil, projector: nil).weights,
      adapters: try arguments.adapters(of: "validate"))
  }
}

extension RunRecords.Mode {
  /// What a command line says to do with results that are there already.
  ///
  /// - Throws: `UsageFault` for both.
  init(_ arguments: ParsedArguments, of command: String) throws(UsageFault) {
    switch (arguments[ValidateOption.resume], arguments[ValidateOption.replace]) {
    case (true, true): throw UsageFault(message: "--resume and --replace exclude each other", command: command)
    case (true, false): self = .resuming
    case (false, true): self = .replacing
    case (false, false): self = .fresh
    }
  }
}

extension Shard {
  /// The part that `--shard` and `--of` name; `nil` without them.
  ///
  /// - Throws: `UsageFault`.
  init?(_ arguments: ParsedArguments, of command: String) throws(UsageFault) {
    switch (try arguments[ValidateOption.shard], try arguments[ValidateOption.shards]) {
    case (nil, nil): return nil
    case (let index?, let count?):
      guard let shard = Shard(index, of: count) else {
        throw UsageFault(
          message: "--shard \(index): shards are counted from 0, so the last of \(count) is \(count - 1)",
          command: command)
      }
      self = shard
    default: throw UsageFault(message: "--shard and --of go together: --shard I --of N", command: command)
    }
  }
}
