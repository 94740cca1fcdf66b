import Digests

/// The images that a report shows one by one: all of a run, or a sample of a large one, whose page no browser would open.
///
/// The sample are the images with the smallest digests, so it does not depend on their names, order or shards, and a run that is
/// repeated shows the same ones. Every figure is of all images.
public struct ReportSample: Sendable, Hashable {
  /// The most images that a report shows: some 16 MB with their small pictures.
  public static let most = 2_000

  /// Positions of the images, ascending; `nil` for all.
  public let positions: [Int]?

  /// The sample of a whole run.
  init(of entries: [Sample]) {
    let chosen = Self.places(among: entries) { (digest: $0.digest, name: $0.name) }
    positions = chosen.map { $0.map { entries[$0].position } }
  }

  /// Places of the images that a page shows, ascending; `nil` for all.
  static func places<Image>(among images: [Image], _ key: (Image) -> (digest: String, name: String)) -> [Int]? {
    guard images.count > most else { return nil }
    // What cannot be read, and notes of the same words, are told apart by their names.
    let keys = images.map { image in
      let (digest, name) = key(image)
      return (digest.isEmpty ? SHA256Digest(of: name.utf8).hexadecimal : digest, name)
    }
    return images.indices.sorted { keys[$0] < keys[$1] }.prefix(most).sorted()
  }

  /// Whether an image is shown.
  func holds(_ position: Int) -> Bool {
    guard let positions else { return true }
    var (low, high) = (0, positions.count)
    while low < high {
      let middle = (low + high) / 2
      if positions[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low < positions.count && positions[low] == position
  }
}
