import Datasets
import Digests
import Faults
import Foundation
import Imaging
import VisionLanguage

/// A folder of lesion masks, named after the images as HAM10000's are: `NAME_segmentation.png`, or `NAME.png`.
public struct MaskFolder: Sendable {
  /// The folder, as it was named.
  public let path: String
  private let files: [String: String]

  /// Looks through a folder and the folders in it.
  ///
  /// - Throws: `ImageFiles.Missing` when there is no image.
  public init(_ path: String) throws {
    self.path = path
    var files: [String: String] = [:]
    for file in try ImageFiles.search(path).images { files[Self.stem(file)] = file }
    self.files = files
  }

  /// What belongs to a mask's name and not to the image's.
  private static let endings = ["_segmentation", "_Segmentation", "_mask", "_lesion"]

  private static func stem(_ path: String) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let stem = name.split(separator: ".").dropLast().joined(separator: ".")
    for ending in endings where stem.hasSuffix(ending) { return String(stem.dropLast(ending.count)) }
    return stem
  }

  /// How many masks there are.
  public var count: Int { files.count }

  /// The digest of the names and contents, to tell whether a run may be resumed.
  ///
  /// - Throws: a `Fault` for a file that cannot be read.
  func digest() throws -> String {
    var lines: [String] = []
    for (name, file) in files.sorted(by: { $0.key < $1.key }) {
      try Task.checkCancellation()
      lines.append("\(name) \(try SHA256Digest(ofFileAt: file).hexadecimal)")
    }
    return SHA256Digest(of: Array(lines.joined(separator: "\n").utf8)).hexadecimal
  }

  /// An image's mask; `nil` if there is none.
  ///
  /// - Throws: `ImageFault` for a mask that cannot be read.
  func mask(of image: String) throws -> PixelImage? {
    guard let file = files[Self.stem(image)] else { return nil }
    return try ImageDecoder.decode(fileAt: file).image
  }
}
