import DICOM
import Datasets
import Dermoscopy
import Faults
import Foundation
import Imaging
import LlamaEngine
import Reading
import UseCases
import Validation

/// The options of `analyze`.
enum AnalyzeOption {
  static let seed = Option<UInt64>(
    "--seed", "N", in: 0...UInt64.max,
    help: "Seed of the random numbers (default 0). The same image, weights, protocol and seed give the same answers.")
  static let records = Option<String>(
    path: "--records", "FILE",
    help: "Also stores examinations in this database, a file or PostgreSQL's; see 'dermgemma records'.")
  static let json = Flag("--json", help: "Prints one JSON object per line, in input order.")
  static let filesFrom = Option<String>(
    path: "--files-from", "FILE", help: "Reads paths from a file, one per line; - for standard input.")
  static let parallel = Option<Int>(
    "--parallel", "N", in: 1...32, help: "Images read at once (1 to 32; default: what free memory allows, at most 8).")
  static let resume = Flag(
    "--resume", help: "Continues this analysis of --records where it stopped, or begins it.")
}

let analyzeCommand = CommandSpecification(
  name: "analyze",
  summary: "Reads images in three phases and prints a report for each.",
  usage: ["analyze [options] IMAGE…", "analyze [options] --files-from FILE"],
  discussion: [
    "An IMAGE is a file, a folder (its images, by name), or - for one image on standard input. "
      + "\(ImageFormat.names) are read. An image that cannot be read fails alone; the others are still read.",
    "With --group-by, the pictures of a lesion give one report: the code that most views have, and the mean of their "
      + "log-probabilities. docs/REPORT.md says why, and what shows that views disagree.",
    "With --records and --resume, an analysis that was stopped or killed continues: the same images, protocol, model and seed "
      + "are what tells it. With --shard I --of N it reads the part of the images whose SHA-256 falls to I, and ends with status 0 "
      + "once each of them was read or failed with a reason; all parts may write to one database. With --group-by, all pictures "
      + "of a lesion are in one part, and every lesion of the part is printed, those that were read before too.",
    "Exit status: 0 all well; 64 wrong usage; 65 an input is not a usable image, label file or protocol; 66 an input is "
      + "missing; 74 output could not be written; 78 weights missing or broken; 130 interrupted.",
  ],
  options: [
    EngineOption.readingProtocol,
    AnalyzeOption.seed,
    LabelOption.labels,
    LabelOption.imageColumn, LabelOption.labelColumn,
    LabelOption.allowUnlabelled,
    GroupOption.groupBy,
    AnalyzeOption.records,
    AnalyzeOption.resume,
    ValidateOption.shard, ValidateOption.shards, ValidateOption.digests,
    AnalyzeOption.json,
  ] + ReportOption.all + [
    AnalyzeOption.filesFrom,
    AnalyzeOption.parallel,
    DICOMOption.frame,
  ] + DICOMOption.record + EngineOption.all + EndpointOption.all,
  examples: [
    ("dermgemma analyze lesion.jpg", "One report on the terminal."),
    ("dermgemma analyze lesion.dcm --format fhir", "A FHIR Bundle."),
    ("dermgemma analyze images --labels labels.csv --json > results.jsonl", "A folder, with its ground truth."),
  ],
  takesArguments: true
) { arguments, terminal in
  // The command line is validated before any file that it names is read.
  let parallel: Int? = try arguments[AnalyzeOption.parallel]
  let threads = try arguments[EngineOption.threads]
  let device = try chosenDevice(arguments)
  let seed: UInt64 = try arguments[AnalyzeOption.seed] ?? 0
  let dicom = try DICOMOptions(arguments)
  let form = try AnalysisForm(arguments)
  let endpoint = try arguments.endpoint(of: "analyze")
  let isContinuable = try continues(arguments)
  let shard = try Shard(arguments, of: "analyze")
  var inputs = try await AnalysisInput.all(arguments) { terminal.printError("dermgemma: \($0)") }
  let chosen = try chosenProtocol(arguments)
  if let labels = try chosenLabels(arguments, of: "analyze", terminal) {
    try LabelMatch(labels, images: inputs.filter(\.isThere).map(\.name)).report(
      to: terminal, allowsNone: arguments[LabelOption.allowUnlabelled])
    inputs = inputs.map { $0.labelled(by: labels) }
  }
  let model = try endpoint.map { ModelSource.endpoint($0) } ?? arguments.modelSource(of: "analyze")
  var request = AnalysisRequest(
    inputs, readingProtocol: chosen.readingProtocol, document: chosen.text, model: model)
  request.records = try arguments[AnalyzeOption.records]
  (request.seed, request.parallel, request.threads, request.device) = (seed, parallel, threads, device)
  (request.dicom, request.command) = (dicom, arguments.words)
  let grouping = try arguments[GroupOption.groupBy]
  if isContinuable { request.part = try await part(of: inputs, shard, grouping, arguments, terminal) }
  let reports = try form.folder.map {
    try ReportFolder($0, as: form.format, of: inputs, keepsPatient: form.keepsPatient, frame: dicom.frame)
  }
  let printer = AnalysisPrinter(terminal: terminal, form: form, reports: reports)
  let own = request.part?.inputs ?? inputs
  let collector = try grouping.map { grouping in
    LesionCollector(
      lesions: try grouping.lesions(of: own, arguments), names: own.map(\.name), grouping: grouping.name)
  }
  let observer: any AnalysisObserver = collector.map { LesionPrinter(printer, $0) as any AnalysisObserver } ?? printer
  let worst = try await request.run(observer: observer)
  guard let shard, let part = request.part else { return worst?.exitStatus ?? 0 }
  if let check = part.digestCheck { terminal.printError("dermgemma: \(check.text)") }
  terminal.printError(
    "dermgemma: \(shard) is done, \(part.inputs.count) of \(part.total) images\(worst == nil ? "" : "; some could not be read")"
  )
  return 0
}

/// The images of an analysis that can be continued, or of a shard.
///
/// - Throws: `UsageFault` for standard input; `DigestListFault`, `LabelFault`; `CancellationError`.
private func part(
  of inputs: [AnalysisInput], _ shard: Shard?, _ grouping: LesionGrouping?, _ arguments: ParsedArguments,
  _ terminal: Terminal
) async throws -> AnalysisPart {
  guard inputs.allSatisfy({ $0.path != nil }) else {
    throw UsageFault(
      message: "Standard input cannot be read again: give files with --resume or --shard", command: "analyze")
  }
  let lesions = try grouping.map { (grouping: $0.name, names: try $0.lesions(of: inputs, arguments)) }
  return try await AnalysisPart(
    of: inputs, shard: shard, digests: try arguments[ValidateOption.digests], lesions: lesions
  ) { done, count in
    if done.isMultiple(of: 50) { terminal.progress("Looking through the images: \(done) of \(count)") }
  }
}

/// Whether a command line asks for an analysis that can be continued.
///
/// - Throws: `UsageFault`.
private func continues(_ arguments: ParsedArguments) throws(UsageFault) -> Bool {
  let asked = [AnalyzeOption.resume.name, ValidateOption.shard.name, ValidateOption.digests.name].first {
    name in arguments.words.contains { $0 == name || $0.hasPrefix(name + "=") }
  }
  guard let asked else { return false }
  guard !arguments.has(ReportOption.out) else {
    throw UsageFault(
      message: "--out has the reports of one whole analysis: it does not go with \(asked)", command: "analyze")
  }
  guard arguments.has(AnalyzeOption.records) else {
    throw UsageFault(message: "\(asked) needs a database that knows what was read: --records FILE", command: "analyze")
  }
  return true
}

/// The device that `--device` names.
func chosenDevice(_ arguments: ParsedArguments) throws(UsageFault) -> ComputeDevice {
  try arguments[EngineOption.device] ?? .automatic
}

/// The protocol that `--protocol` names, with its document.
///
/// - Throws: `MissingProtocol`, which names the option; `ProtocolFault`.
func chosenProtocol(_ arguments: ParsedArguments) throws -> ProtocolDocument {
  do {
    return try ProtocolDocument(named: try arguments[EngineOption.readingProtocol] ?? ReadingProtocol.builtinNames[0])
  } catch let fault as MissingProtocol {
    throw fault.ofOption
  }
}

extension MissingProtocol {
  /// The fault as `--protocol` has it.
  var ofOption: MissingProtocol { MissingProtocol(name: "--protocol \(name)") }
}
