import DICOM
import Datasets
import Digests
import Imaging
import Records
import VisionLanguage

/// The pictures of stored examinations, found again in a folder. Records hold no picture.
public struct RecordedPictures: Sendable {
  /// Paths by the last part of their names.
  private let paths: [String: [String]]

  /// Looks through a folder, and the folders in it.
  ///
  /// - Parameter folder: the folder's path, or one image's.
  /// - Throws: `ImageFiles.Missing`.
  public init(in folder: String) throws(ImageFiles.Missing) {
    let images = try ImageFiles.search(folder).images
    paths = Dictionary(grouping: images, by: Self.lastPart)
  }

  private static func lastPart(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The picture that was read; `nil` where no file of its name has its bytes, or where they cannot be decoded as they are, as
  /// one of several frames.
  ///
  /// - Parameter stored: the examination.
  public func picture(of stored: StoredExamination) -> PixelImage? {
    guard let report = stored.report else { return nil }
    for path in paths[Self.lastPart(stored.imageName)] ?? [] {
      guard let digest = try? SHA256Digest(ofFileAt: path), digest.hexadecimal == report.image.sha256 else { continue }
      return try? ImageDecoder.decode(fileAt: path).image
    }
    return nil
  }
}
