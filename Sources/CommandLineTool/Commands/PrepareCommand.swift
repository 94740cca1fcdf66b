import DICOM
import Datasets
import Dermoscopy
import Faults
import Imaging
import JSON
import VisionLanguage

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
    return try LesionPresenceCheck(
      readingProtocol: try chosenProtocol(arguments), side: side, dicom: dicom, terminal: terminal
    )
    .run(arguments.positional)
  }
  guard let output else {
    throw UsageFault(message: "Say where to write: --out FILE", command: "prepare")
  }
  let readingProtocol = try chosenProtocol(arguments)
  let decoded = try ImageDecoder.decode(fileAt: arguments.positional[0], dicom: dicom)
  let prepared = try ImagePreparer.prepare(decoded.image, as: readingProtocol.preparation, nativeSide: side)
  try OutputFile.write(try ImageEncoder.png(prepared), to: output)
  return 0
}

/// Checks many images for whether they can show a lesion.
private struct LesionPresenceCheck {
  var readingProtocol: ReadingProtocol
  var side: Int
  var dicom: DICOMOptions
  var terminal: Terminal

  private struct Line: Encodable {
    var image: String
    /// `null` for a picture that is too small to be checked.
    var statistics: PictureStatistics?
    var reasons: [LesionPresence.Reason]
    var flags: [QualityFlag]
  }

  /// - Returns: 0, or the exit status of the last image that failed; each fails alone.
  func run(_ arguments: [String]) throws -> Int32 {
    var status: Int32 = 0
    for argument in arguments {
      for path in try ImageFiles.at(argument) {
        try Task.checkCancellation()
        do {
          try terminal.print(try line(path))
        } catch let fault as ImageFault {
          terminal.printError("dermgemma: \(fault.description)")
          status = fault.kind.exitStatus
        }
      }
    }
    return status
  }

  private func line(_ path: String) throws -> String {
    let image = try ImageDecoder.decode(fileAt: path, dicom: dicom).image
    let prepared = try ImagePreparer.prepare(image, as: readingProtocol.preparation, nativeSide: side)
    let statistics = PictureStatistics(of: prepared)
    let reasons = statistics.map { LesionPresence.objections(to: $0, preparedAs: readingProtocol.preparation) } ?? []
    return try OrderedJSON.line(
      Line(image: path, statistics: statistics, reasons: reasons, flags: reasons.isEmpty ? [] : [.noLesion]))
  }
}
