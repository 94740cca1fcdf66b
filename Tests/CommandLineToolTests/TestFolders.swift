import Foundation
import Phantoms
import TestImages

/// Folders for tests, all in one that goes when the tests' process ends.
enum TestFolders {
  private static let root: URL = {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("dermgemma-tests-\(UUID().uuidString)")
    atexit { try? FileManager.default.removeItem(at: TestFolders.root) }
    return root
  }()

  /// A new and empty folder.
  static func folder() throws -> URL {
    let folder = root.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  /// A new folder with these files in it.
  static func folder(_ files: [String: [UInt8]]) throws -> URL {
    let folder = try folder()
    for (name, bytes) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: file)
    }
    return folder
  }

  /// Small phantoms as PNG files, named `phantom-0.png` and so on.
  static func phantoms(_ count: Int) -> [String: [UInt8]] {
    Dictionary(
      uniqueKeysWithValues: (0..<count).map { index in
        let image = generator.phantom(index, width: 96, height: 72).image
        let row = image.width * 3
        let rows = (0..<image.height).map { Array(image.pixels[($0 * row)..<(($0 + 1) * row)]) }
        return ("phantom-\(index).png", HandmadeImages.png(width: image.width, height: image.height, rows: rows))
      })
  }

  private static let generator = PhantomGenerator(seed: 11)

  /// The names in a folder, hidden ones too.
  static func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}
