import Auditing
import Faults
import UseCases

/// The options of `merge`.
enum MergeOption {
  static let out = Option<String>(path: "--out", "DIR", help: "The folder to write to.")
  static let replace = Flag("--replace", help: "Replaces the run that is in --out.")
  static let isicScores = ValidateOption.isicScores
}

let mergeCommand = CommandSpecification(
  name: "merge",
  summary: "Puts the shards of a validation or an audit together.",
  usage: ["merge SHARD… --out DIR [options]"],
  discussion: [
    "A SHARD is a folder that 'validate … --shard I --of N' or 'audit … --shard I --of N' wrote to; all N are needed, in any order. Writes what one "
      + "undisturbed run of all images would have written, to the byte; only times, ids and the machine differ. "
      + "Neither images, labels nor the model are needed, and the shards stay as they are.",
    "An audit's merge needs them, where its command line said: it asks what goes between images (other lesions' notes), and paints "
      + "the pictures of the report.",
    "Shards that are missing, there twice, not finished or of another run (protocol, model, seed, version, images, labels) "
      + "are refused by name, before anything is written.",
    "Exit status: 0 all well; 64 wrong usage, or results are there already; 65 the shards are not one whole run, or an "
      + "image of the run could not be read; 66 a shard's folder is missing; 69 a shard is still being written, or a "
      + "database is damaged; 74 output could not be written; 130 interrupted.",
  ],
  options: [MergeOption.out, MergeOption.replace, MergeOption.isicScores],
  examples: [
    ("dermgemma merge parts/* --out results", "All shards in a folder.")
  ],
  takesArguments: true
) { arguments, terminal in
  guard !arguments.positional.isEmpty else {
    throw UsageFault(message: "Name the shards: merge SHARD… --out DIR", command: "merge")
  }
  guard let folder = try arguments[MergeOption.out] else {
    throw UsageFault(message: "Say where to write: --out DIR", command: "merge")
  }
  if AuditShardSet.isAudit(arguments.positional[0]) { return try await mergeAudit(arguments, into: folder, terminal) }
  var request = MergeRequest(arguments.positional, into: folder)
  request.scores = try arguments[MergeOption.isicScores]
  request.outputWords = [MergeOption.out.name, folder]
  if let scores = request.scores { request.outputWords += [MergeOption.isicScores.name, scores] }
  request.replaces = arguments[MergeOption.replace]
  let printer = ValidationPrinter(terminal: terminal)
  let results = try await request.run { try printer.show($0) }
  return results.counts.failed > 0 ? FaultKind.unusableInput.exitStatus : 0
}

/// Puts the shards of an audit together.
private func mergeAudit(_ arguments: ParsedArguments, into folder: String, _ terminal: Terminal) async throws -> Int32 {
  guard !arguments.has(MergeOption.isicScores) else {
    throw UsageFault(message: "--isic-csv is for validations, and these are shards of an audit", command: "merge")
  }
  let shards = try AuditShardSet(arguments.positional)
  // The command line that the report shows is that of one undisturbed audit.
  let words = Array(shards.command.drop { $0 == auditCommand.name }) + [AuditOption.out.name, folder]
  var request = try AuditRequest(try ParsedArguments(words, of: auditCommand))
  if arguments[MergeOption.replace] { request.mode = .replacing }
  let printer = AuditPrinter(terminal: terminal)
  return try await request.merge(shards) { try printer.show($0) }?.exitStatus ?? 0
}
