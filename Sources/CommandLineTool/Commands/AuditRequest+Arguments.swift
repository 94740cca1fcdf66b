import Auditing
import DICOM
import Foundation
import UseCases
import Validation

extension AuditRequest {
  /// An audit from a command line; of the files that it names, only protocol and arms are read.
  ///
  /// - Throws: `UsageFault`; a `Fault` for a protocol or arms that are missing or broken.
  init(_ arguments: ParsedArguments) throws {
    func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "audit") }
    guard let images = try arguments[ValidateOption.images] else { throw wrong("Say which images: --images DIR") }
    let folder = try arguments[AuditOption.out]
    guard folder != nil || arguments[AuditOption.plan] else { throw wrong("Say where to write: --out DIR") }
    let limits = AuditPlan.Limits(
      isQuick: arguments[AuditOption.quick], images: try arguments[AuditOption.limit],
      seconds: try arguments[AuditOption.budget])
    let shard = try Shard(arguments, of: "audit")
    if shard != nil, arguments.has(AuditOption.budget) {
      throw wrong(
        "--budget goes by what this machine needs, and shards must agree: choose with --quick or --images-limit")
    }
    let mode = try RunRecords.Mode(arguments, of: "audit")
    let columns = try chosenColumns(arguments, of: "audit")
    let chosen = try chosenProtocol(arguments)
    let readingProtocol = chosen.readingProtocol
    self.init(
      images: images, into: folder ?? "", arms: try chosenArms(arguments), readingProtocol: readingProtocol,
      version: Tool.version)
    (self.limits, self.mode, self.columns) = (limits, mode, columns)
    labels = try arguments[LabelOption.labels]
    metadata = try arguments[ValidateOption.metadata]
    allowsUnlabelled = arguments[LabelOption.allowUnlabelled]
    (records, document) = (try arguments[AuditOption.records], chosen.text)
    masks = try arguments[AuditOption.masks]
    trueWords = try arguments[AuditOption.trueWords]
    seed = try arguments[AuditOption.seed] ?? 0
    parallel = try arguments[ValidateOption.parallel]
    threads = try arguments[EngineOption.threads]
    device = try chosenDevice(arguments)
    dicom = try DICOMOptions(arguments, hasFrame: false)
    model = try arguments.modelSource(of: "audit")
    command = arguments.words
    self.shard = shard
    digests = try arguments[ValidateOption.digests]
    if shard != nil { wholeCommand = arguments.words(without: ValidationRequest.shardOptions) }
  }
}

/// The arms that `--arms` names.
///
/// - Throws: `MissingArms` for what is neither built in nor a file; `ArmsFault` for a document that is wrong.
func chosenArms(_ arguments: ParsedArguments) throws -> ArmSelection {
  let list = try arguments[AuditOption.arms] ?? "all"
  for name in list.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) where name != "all" {
    guard ArmsDocument.builtinDocument(named: name) != nil || FileManager.default.fileExists(atPath: name) else {
      throw MissingArms(name: name)
    }
  }
  return try ArmSelection(list)
}
