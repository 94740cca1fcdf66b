import Foundation
import VisionLanguage

/// Writes what the Python sides need to do the very same work: pictures as PPM files and the prompts as JSON.
enum PreparedWork {
  /// A picture that a PPM file (P6, 8 bits, without comments) has.
  static func picture(at path: String) throws -> PixelImage {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let fields = bytes.prefix(32).split(maxSplits: 4, omittingEmptySubsequences: false) { $0 == 0x20 || $0 == 0x0A }
      .prefix(4).map { String(decoding: $0, as: UTF8.self) }
    guard fields.count == 4, fields[0] == "P6", fields[3] == "255", let width = Int(fields[1]),
      let height = Int(fields[2])
    else { throw Arguments.Missing(name: "a plain PPM file: \(path)") }
    let header = fields.reduce(0) { $0 + $1.utf8.count + 1 }
    return try PixelImage(width: width, height: height, pixels: Array(bytes.dropFirst(header)))
  }

  static func write(_ arguments: Arguments) async throws {
    let folder = URL(fileURLWithPath: try arguments.text("out"))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let side = arguments.number("side", default: 224)
    for number in 0..<arguments.number("images", default: 1) {
      let image = try Examination.image(number, side: side)
      let bytes = Data("P6\n\(side) \(side)\n255\n".utf8) + Data(image.pixels)
      try bytes.write(to: folder.appendingPathComponent("\(number).ppm"))
    }
    for name in ["seed", "extended"] {
      let work = try await FixedWork(FixedWork.fixedProtocol(name))
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(work).write(to: folder.appendingPathComponent("\(name).json"))
    }
  }
}
