import Dermoscopy
import Faults
import Foundation
import Imaging

let prepareCommand = CommandSpecification(
  name: "prepare",
  summary: "Writes an image as the model will see it.",
  usage: ["prepare [options] IMAGE --out FILE"],
  discussion: ["The picture is written as PNG, prepared as the protocol says."],
  options: [
    protocolOption,
    OptionSpecification(name: "--out", value: "FILE", help: "The PNG file to write."),
    OptionSpecification(
      name: "--side", value: "N",
      help: "The side of the projector's input in pixels, for protocols that stretch to it (default 896, MedGemma's)."),
  ],
  examples: [("dermgemma prepare lesion.jpg --protocol seed --out seen.png", "What the seed's protocol shows.")],
  takesArguments: true
) { arguments, terminal in
  guard arguments.positional.count == 1 else {
    throw UsageFault(message: "Name one image", command: "prepare")
  }
  guard let output = try arguments.path("--out") else {
    throw UsageFault(message: "Say where to write: --out FILE", command: "prepare")
  }
  let side = try arguments.number("--side", in: 16...4096) ?? 896
  let readingProtocol = try chosenProtocol(arguments)
  let decoded = try ImageDecoder.decode(fileAt: arguments.positional[0])
  let prepared = try ImagePreparer.prepare(decoded.image, as: readingProtocol.preparation, nativeSide: side)
  try OutputFile.write(try ImageEncoder.png(prepared), to: output)
  return 0
}

/// Files that commands write.
enum OutputFile {
  /// A file or folder that could not be written.
  struct Unwritable: Fault {
    var path: String
    var reason: String
    var kind: FaultKind { .unwritableOutput }
    var description: String { "\(path): cannot be written (\(reason))" }
  }

  /// Writes a file whole or not at all.
  ///
  /// If the path is something other than a regular file (a device, a pipe, a link), it is written to, not replaced:
  /// replacing /dev/stdout, for example, would take it away from every other process.
  ///
  /// - Throws: `Unwritable`.
  static func write(_ bytes: [UInt8], to path: String) throws(Unwritable) {
    var status = stat()
    let isSpecial = lstat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFREG
    do {
      if isSpecial {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw Unwritable(path: path, reason: String(cString: strerror(errno))) }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        try file.write(contentsOf: Data(bytes))
        try file.close()
      } else {
        try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
      }
    } catch let unwritable as Unwritable {
      throw unwritable
    } catch {
      throw Unwritable(path: path, reason: plainReason(of: error, at: path))
    }
  }

  /// Creates a folder and its parents if they do not exist.
  ///
  /// - Throws: `Unwritable`.
  static func makeFolder(_ path: String) throws(Unwritable) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw Unwritable(path: path, reason: plainReason(of: error, at: path))
    }
  }
}
