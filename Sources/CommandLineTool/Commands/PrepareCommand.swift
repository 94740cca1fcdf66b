import AtomicFiles
import DICOM
import Datasets
import Faults
import Imaging
import JSON
import UseCases

/// The options of `prepare`.
enum PrepareOption {
  static let out = Option<String>(path: "--out", "FILE", help: "The PNG file to write.")
  static let check = Flag("--check", help: "Checks images instead of writing one.")
  static let side = Option<Int>(
    "--side", "N", in: 16...4096,
    help: "The side of the projector's input in pixels, for protocols that resize to it (default 896, MedGemma's).")
}

let prepareCommand = CommandSpecification(
  name: "prepare",
  summary: "Writes an image as the model will see it, or checks whether images can show a lesion.",
  usage: ["prepare [options] IMAGE --out FILE", "prepare [options] --check IMAGE…"],
  discussion: [
    "The picture is written as PNG, prepared as the protocol says.",
    "With --check nothing is written. It prints one JSON object for each image: the measurements "
      + "of the prepared picture and whether it would have the flag no_lesion. No model is needed.",
  ],
  options: [
    EngineOption.readingProtocol,
    PrepareOption.out,
    PrepareOption.check,
    PrepareOption.side,
    DICOMOption.frame,
  ],
  examples: [
    ("dermgemma prepare lesion.jpg --protocol seed --out seen.png", "What the model sees with the seed's protocol."),
    ("dermgemma prepare --check images --protocol direct --side 224", "Finds a folder's pictures without a lesion."),
  ],
  takesArguments: true
) { arguments, terminal in
  let checks = arguments[PrepareOption.check]
  let output = try arguments[PrepareOption.out]
  if checks {
    guard !arguments.positional.isEmpty else { throw UsageFault(message: "No image was named", command: "prepare") }
    guard output == nil else { throw UsageFault(message: "--check and --out exclude each other", command: "prepare") }
  } else if arguments.positional.count != 1 {
    throw UsageFault(message: "Name one image", command: "prepare")
  }
  let side = try arguments[PrepareOption.side] ?? 896
  let dicom = try DICOMOptions(arguments, keepsRecord: false)
  if checks {
    let request = PreparationRequest(
      readingProtocol: try chosenProtocol(arguments).readingProtocol, side: side, dicom: dicom)
    return try printPresence(arguments.positional, request, terminal)
  }
  guard let output else {
    throw UsageFault(message: "Say where to write: --out FILE", command: "prepare")
  }
  let request = PreparationRequest(
    readingProtocol: try chosenProtocol(arguments).readingProtocol, side: side, dicom: dicom)
  let prepared = try request.prepared(fileAt: arguments.positional[0])
  try OutputFile.write(try ImageEncoder.png(prepared), to: output)
  return 0
}

/// Prints of images, and of those in folders, whether they can show a lesion.
///
/// - Returns: 0, or the exit status of the last image that failed; each fails alone.
private func printPresence(
  _ arguments: [String], _ request: PreparationRequest, _ terminal: Terminal
) throws -> Int32 {
  var status: Int32 = 0
  for argument in arguments {
    for path in try ImageFiles.at(argument) {
      try Task.checkCancellation()
      do {
        try terminal.print(try OrderedJSON.line(try request.presence(inFileAt: path)))
      } catch let fault as ImageFault {
        terminal.printError("dermgemma: \(fault.description)")
        status = fault.kind.exitStatus
      }
    }
  }
  return status
}
