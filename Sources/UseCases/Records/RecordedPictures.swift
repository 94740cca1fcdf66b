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
    let path = paths[Self.lastPart(stored.imageName)]?.first { Self.isPicture(of: stored, at: $0) }
    return path.flatMap { try? ImageDecoder.decode(fileAt: $0).image }
  }

  /// The picture that was read, if a file has it; `nil` where its bytes are others, or where they cannot be decoded as they
  /// are, as one of several frames.
  ///
  /// - Parameters:
  ///   - stored: the examination.
  ///   - path: the file's place.
  public static func picture(of stored: StoredExamination, at path: String) -> PixelImage? {
    isPicture(of: stored, at: path) ? try? ImageDecoder.decode(fileAt: path).image : nil
  }

  private static func isPicture(of stored: StoredExamination, at path: String) -> Bool {
    guard let report = stored.report, let digest = try? SHA256Digest(ofFileAt: path) else { return false }
    return digest.hexadecimal == report.image.sha256
  }
}
