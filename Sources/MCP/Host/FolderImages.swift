import Datasets
import Digests
import Synchronization

/// The images of a folder by their names, for a program of its own. A name from outside is looked up here and never becomes a path.
final class FolderImages: Sendable {
  /// How old a listing may be before the folder is looked at again.
  private static let freshness = Duration.seconds(5)

  private struct Listing: Sendable {
    var names: [String] = []
    var paths: [String: String] = [:]
    var made: ContinuousClock.Instant?
  }

  private let folder: String
  private let listing = Mutex(Listing())

  /// - Parameter folder: as `FileName` writes it.
  init(_ folder: String) { self.folder = folder.hasSuffix("/") ? folder : folder + "/" }

  /// All names, in their order.
  func names() async throws -> [String] { try await current().names }

  /// The path of an image that a name, or a path in the folder, stands for; with its name.
  func find(_ text: String) async throws -> (name: String, path: String)? {
    let listing = try await current()
    let name = text.hasPrefix(folder) ? String(text.dropFirst(folder.count)) : text
    return listing.paths[name].map { (name, $0) }
  }

  private func current() async throws -> Listing {
    let known = listing.withLock { $0 }
    if let made = known.made, made.duration(to: .now) < Self.freshness { return known }
    let folder = folder
    let fresh = try await BlockingWork.run { _ in
      // A folder that has no image yet, or is gone for a while, has no names.
      let paths = ((try? ImageFiles.at(folder)) ?? []).filter { $0.hasPrefix(folder) }
      let names = paths.map { String($0.dropFirst(folder.count)) }
      return Listing(
        names: names, paths: Dictionary(zip(names, paths)) { first, _ in first }, made: ContinuousClock.now)
    }
    listing.withLock { $0 = fresh }
    return fresh
  }
}
