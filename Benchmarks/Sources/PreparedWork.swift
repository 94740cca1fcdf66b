import Foundation
import VisionLanguage

/// Writes what the Python sides need to do the very same work: pictures as PPM files and the prompts as JSON.
enum PreparedWork {
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
