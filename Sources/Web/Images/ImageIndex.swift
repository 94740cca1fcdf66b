import Datasets
import Dermoscopy
import Foundation
import JSON
import Synchronization
import UseCases

/// The images of the served folder by the names that clients call them.
///
/// A name from outside is looked up here and never becomes a path; entries come from the folder's own listing.
final class ImageIndex: Sendable {
  struct Entry: Sendable {
    /// Its path below the folder, with `/` between folders.
    let name: String
    let path: String
    let truth: GroundTruth?
    /// The lesion that it shows: the label file's, or the folder that it lies in; `nil` where neither says.
    let lesion: String?
    /// Its place in time among the lesion's pictures, from 1; `nil` where the label file does not say it.
    var order: Int?
  }

  /// How old a listing may be, in seconds, before the folder is looked at again.
  static let freshness = 5.0

  private struct State {
    var entries: [Entry] = []
    var byName: [String: Entry] = [:]
    var listed: ContinuousClock.Instant?
    /// The document of `/api/list-images`.
    var names = StaticContent(Array("[]".utf8))
    var isListing = false
  }

  private let folder: String?
  private let labels: Labels?
  private let state = Mutex(State())

  /// - Parameter folder: `nil` for no images.
  init(folder: String?, labels: Labels?) {
    self.folder = folder
    self.labels = labels
    list()
  }

  /// All images, by name.
  var entries: [Entry] {
    refresh()
    return state.withLock { $0.entries }
  }

  /// An image by its name.
  func entry(_ name: String) -> Entry? {
    refresh()
    return state.withLock { $0.byName[name] }
  }

  /// The names as a JSON array.
  var names: StaticContent {
    refresh()
    return state.withLock { $0.names }
  }

  /// Lists the folder again when the listing is old; requests meanwhile get the old listing.
  private func refresh() {
    let isDue = state.withLock { state in
      guard folder != nil, !state.isListing,
        state.listed.map({ $0.duration(to: .now) > .seconds(Self.freshness) }) ?? true
      else { return false }
      state.isListing = true
      return true
    }
    if isDue { DispatchQueue.global(qos: .utility).async { self.list() } }
  }

  /// Puts the pictures of each lesion in their order in time.
  private static func order(_ entries: inout [Entry], by labels: Labels) {
    var lesions: [String: [Int]] = [:]
    for (place, entry) in entries.enumerated() {
      if let lesion = entry.lesion { lesions[lesion, default: []].append(place) }
    }
    for places in lesions.values {
      let order = labels.order(ofImagesNamed: places.map { entries[$0].name })
      for place in places { entries[place].order = order[entries[place].name] }
    }
  }

  private func list() {
    guard let folder else { return }
    let prefix = folder.hasSuffix("/") ? folder : folder + "/"
    let paths = (try? ImageFiles.at(folder)) ?? []
    var entries = paths.filter { $0.hasPrefix(prefix) }.map { path in
      let name = String(path.dropFirst(prefix.count))
      return Entry(
        name: name, path: path, truth: labels?.truth(ofImageNamed: name),
        lesion: labels?.metadata(ofImageNamed: name)?.lesion
          ?? (name.contains("/") ? LesionGrouping.folder(of: name) : nil))
    }
    if let labels { Self.order(&entries, by: labels) }
    let names = Array(((try? OrderedJSON.line(entries.map(\.name))) ?? "[]").utf8)
    state.withLock { state in
      state.entries = entries
      state.byName = Dictionary(entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      if state.names.bytes != names { state.names = StaticContent(names) }
      state.listed = .now
      state.isListing = false
    }
  }
}
