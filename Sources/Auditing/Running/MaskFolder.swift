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

  /// What tells whether an audit may be continued with these masks.
  struct Identity: Sendable, Hashable {
    /// Digest of all masks' names and contents; `nil` for a part of an audit, which opens its own alone.
    var all: String?
    /// Of a part, the digest of all masks' names.
    var names: String?
    /// Of a part, the digest of names and contents of its own images' masks.
    var own: String?
  }

  /// The identity for a whole audit. Every mask is read.
  ///
  /// - Throws: a `Fault` for a file that cannot be read; `CancellationError`.
  func identity() throws -> Identity { Identity(all: try digest(of: files.keys)) }

  /// The identity for a part of an audit. Only the masks of some images are read.
  ///
  /// - Parameter images: the part's images.
  /// - Throws: a `Fault` for a file that cannot be read; `CancellationError`.
  func identity(ofPart images: some Sequence<String>) throws -> Identity {
    Identity(
      names: Self.digest(of: files.keys.sorted()),
      own: try digest(of: Set(images.map(Self.stem)).filter { files[$0] != nil }))
  }

  private func digest(of names: some Sequence<String>) throws -> String {
    Self.digest(
      of: try names.sorted().map { name in
        try Task.checkCancellation()
        return "\(name) \(try files[name].map { try SHA256Digest(ofFileAt: $0).hexadecimal } ?? "")"
      })
  }

  private static func digest(of lines: [String]) -> String {
    SHA256Digest(of: Array(lines.joined(separator: "\n").utf8)).hexadecimal
  }

  /// An image's mask; `nil` if there is none.
  ///
  /// - Throws: `ImageFault` for a mask that cannot be read.
  func mask(of image: String) throws -> PixelImage? {
    guard let file = files[Self.stem(image)] else { return nil }
    return try ImageDecoder.decode(fileAt: file).image
  }
}
