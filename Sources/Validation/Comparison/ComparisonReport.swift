import AtomicFiles
import Dermoscopy
import Digests

/// A comparison as one self-contained page.
public enum ComparisonReport {
  /// The files that a folder gets.
  public static let fileNames = ["comparison.json", "comparison.html"]

  /// Writes page and JSON into a folder, which is made unless it is there; each file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - comparison: the two runs.
  ///   - folder: where the files of `fileNames` go.
  ///   - images: the folder of images, as below; `nil` for the one that the first run names, if it is there.
  /// - Throws: `UnwritableFile`, `RecordFault`, `CancellationError`.
  public static func write(_ comparison: RunComparison, into folder: String, images: String?) async throws {
    try Folder.make(folder)
    let json = try AtomicFile(folder + "/" + fileNames[0])
    try await comparison.writeJSON { try json.write($0) }
    try json.finish()
    let named = (try? RunSettings(json: comparison.first.run.settings))?.images
    try await write(comparison, to: folder + "/" + fileNames[1], images: images ?? named)
  }

  /// Writes the page; it appears under its name once it is whole.
  ///
  /// - Parameters:
  ///   - comparison: the two runs.
  ///   - path: the page's.
  ///   - images: the folder of images for the small pictures; an image that is not there, or is not what the run read,
  ///     has none. `nil` for no pictures.
  /// - Throws: `UnwritableFile`, `RecordFault`, `CancellationError`.
  public static func write(_ comparison: RunComparison, to path: String, images: String?) async throws {
    let page = try AtomicFile(path)
    try page.write(PageFrame.opening(title: "Comparison of two runs"))
    let sections = ComparisonSections(comparison)
    try page.write(sections.opening)
    try page.write(sections.figures)
    try page.write(sections.agreement)
    try page.write(DisagreementSection.opening(comparison))
    var order = 0
    try await comparison.forEachShownDisagreement { image in
      let thumbnail = images.map { Self.thumbnail(of: image.first.image, in: $0) } ?? []
      try page.write(DisagreementSection.row(image, order: order, thumbnail: thumbnail))
      order += 1
    }
    try page.write(DisagreementSection.closing)
    try page.write(sections.provenance)
    try page.write(PageFrame.closing)
    try page.finish()
  }

  private static func thumbnail(of image: ExaminationReport.Image, in folder: String) -> [UInt8] {
    let path = folder + "/" + image.name
    guard !image.sha256.isEmpty, (try? SHA256Digest(ofFileAt: path))?.hexadecimal == image.sha256 else { return [] }
    return Thumbnail.jpeg(ofFileAt: path)
  }
}
