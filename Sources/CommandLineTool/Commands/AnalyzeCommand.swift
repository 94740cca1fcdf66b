import Datasets
import Dermoscopy
import Faults
import Foundation
import LlamaEngine
import Reading
import UseCases

let modelOptions = [
  OptionSpecification(
    name: "--model", value: "FILE|NAME",
    help: "The text model's weights (GGUF), or a model that 'models list' names. Without it: models/medgemma.gguf if "
      + "there, else the embedded model."),
  OptionSpecification(name: "--mmproj", value: "FILE", help: "The projector that belongs to --model (GGUF)."),
]

let parallelOption = OptionSpecification(
  name: "--parallel", value: "N",
  help: "Images read at once (1 to 32; default: what free memory allows, at most 8).")

let threadsOption = OptionSpecification(
  name: "--threads", value: "N", help: "Processors to use (default: all that help the model).")

let deviceOption = OptionSpecification(
  name: "--device", value: "auto|cpu|gpu",
  help:
    "Where to compute: on a GPU if one can be used (auto, the default), on the CPU alone, or on a GPU or not at all.")

let protocolOption = OptionSpecification(
  name: "--protocol", value: "NAME|FILE",
  help: "How images are read: seed (default), extended, direct, or a protocol document of your own.")

let analyzeCommand = CommandSpecification(
  name: "analyze",
  summary: "Reads images in three phases and prints a report for each.",
  usage: ["analyze [options] IMAGE…", "analyze [options] --files-from FILE"],
  discussion: [
    "An IMAGE is a file, a folder (its images, by name), or - for one image on standard input. JPEG, PNG, WebP, TIFF and "
      + "BMP are read. An image that cannot be read fails alone; the others are still read.",
    "Exit status: 0 all well; 64 wrong usage; 65 an input is not a usable image, label file or protocol; 66 an input is "
      + "missing; 74 output could not be written; 78 weights missing or broken; 130 interrupted.",
  ],
  options: [
    protocolOption,
    OptionSpecification(
      name: "--seed", value: "N",
      help: "Seed of the random numbers (default 0). The same image, weights, protocol and seed give the same answers."),
    OptionSpecification(name: "--labels", value: "CSV", help: labelsHelp),
  ] + labelColumnOptions + [
    allowUnlabelledOption,
    OptionSpecification(
      name: "--records", value: "FILE", help: "Also stores examinations in this database; see 'dermgemma records'."),
    OptionSpecification(name: "--json", value: nil, help: "Prints one JSON object per line, in input order."),
    OptionSpecification(
      name: "--files-from", value: "FILE", help: "Reads paths from a file, one per line; - for standard input."),
    parallelOption, threadsOption, deviceOption,
  ] + modelOptions,
  examples: [
    ("dermgemma analyze lesion.jpg", "One report on the terminal."),
    ("dermgemma analyze images --labels labels.csv --json > results.jsonl", "A folder, with its ground truth."),
  ],
  takesArguments: true
) { arguments, terminal in
  // The command line is validated before any file that it names is read.
  let parallel: Int? = try arguments.number("--parallel", in: 1...32)
  let threads = try arguments.number("--threads", in: 1...512)
  let device = try chosenDevice(arguments)
  let seed: UInt64 = try arguments.number("--seed", in: 0...UInt64.max) ?? 0
  var inputs = try await AnalysisInput.all(arguments) { terminal.printError("dermgemma: \($0)") }
  let (readingProtocol, document) = try chosenProtocolWithDocument(arguments)
  if let labels = try chosenLabels(arguments, of: "analyze", terminal) {
    try LabelMatch(labels, images: inputs.filter(\.isThere).map(\.name)).tell(
      terminal, allowsNone: arguments.isSet("--allow-unlabelled"))
    inputs = inputs.map { $0.labelled(by: labels) }
  }
  let model = try ModelLocation.chosen(
    weights: try arguments.path("--model"), projector: try arguments.path("--mmproj"))
  var request = AnalysisRequest(
    inputs, readingProtocol: readingProtocol, document: String(decoding: document, as: UTF8.self), model: model)
  request.records = try arguments.path("--records")
  (request.seed, request.parallel, request.threads, request.device) = (seed, parallel, threads, device)
  request.command = arguments.words
  let printer = AnalysisPrinter(terminal: terminal, printsJSON: arguments.isSet("--json"))
  return try await request.run(observer: printer)?.exitStatus ?? 0
}

/// The device that `--device` names.
func chosenDevice(_ arguments: ParsedArguments) throws(UsageFault) -> ComputeDevice {
  try arguments.choice("--device") ?? .automatic
}

/// The protocol that `--protocol` names.
func chosenProtocol(_ arguments: ParsedArguments) throws -> ReadingProtocol {
  try chosenProtocolWithDocument(arguments).readingProtocol
}

/// The protocol that `--protocol` names, with the bytes of its document.
func chosenProtocolWithDocument(
  _ arguments: ParsedArguments
) throws -> (readingProtocol: ReadingProtocol, document: [UInt8]) {
  let name = try arguments.path("--protocol") ?? "seed"
  if let document = ReadingProtocol.builtinDocument(named: name) {
    return (try ReadingProtocol(json: document, name: name), document)
  }
  guard let data = FileManager.default.contents(atPath: name) else {
    throw MissingProtocol(name: name)
  }
  return (try ReadingProtocol(json: Array(data), name: name), Array(data))
}

/// A protocol that is neither built in nor a file.
struct MissingProtocol: Fault {
  var name: String
  var kind: FaultKind { .missingInput }
  var description: String {
    "--protocol \(name): neither a readable file nor one of \(ReadingProtocol.builtinNames.joined(separator: ", "))"
  }
}
