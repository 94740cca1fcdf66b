import Datasets
import Foundation

extension DigestList {
  /// The list of the images in a folder; made if it is not there yet.
  ///
  /// - Parameters:
  ///   - path: the list's.
  ///   - folder: the images', as for `Manifest.images`.
  ///   - limit: how many images at most, the first ones; `nil` for all.
  ///   - renews: whether a list that is there is brought up to date, as before a run; once shards have begun, what does not fit is
  ///     refused.
  ///   - progress: called with the number of images that were looked at.
  /// - Throws: `ImageFiles.Missing`, ``DigestListFault``, `UnwritableFile`, `CancellationError`.
  public static func opened(
    at path: String, ofImagesIn folder: String, limit: Int? = nil, renews: Bool = false,
    progress: (_ done: Int, _ of: Int) throws -> Void
  ) async throws -> DigestList {
    let images = {
      let paths = try ImageFiles.at(folder)
      return paths.prefix(limit ?? paths.count).map { (name: Manifest.name(of: $0, in: folder), path: $0) }
    }
    return try await opened(at: path, of: images, renews: renews, progress: progress)
  }

  /// The list of some images; made if it is not there yet.
  ///
  /// - Parameters:
  ///   - path: the list's.
  ///   - images: gives name and path of each, if the list has to be made; each name once.
  ///   - renews: whether a list that is there is brought up to date.
  ///   - progress: called with the number of images that were looked at.
  /// - Throws: what `images` throws, ``DigestListFault``, `UnwritableFile`, `CancellationError`.
  public static func opened(
    at path: String, of images: () throws -> [(name: String, path: String)], renews: Bool = false,
    progress: (_ done: Int, _ of: Int) throws -> Void
  ) async throws -> DigestList {
    guard renews || !FileManager.default.fileExists(atPath: path) else { return try DigestList(path: path) }
    return try await DigestList(of: try images(), at: path, progress: progress)
  }
}
