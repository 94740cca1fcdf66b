/// Files of a run with the same bytes (SHA-256): one picture under several names.
///
/// Each is read and counted as an image of its own; intervals by bootstrap draw them together (``Cohort``).
struct DuplicateImages {
  /// The names of each such picture, in the manifest's order.
  private(set) var groups: [[String]] = []
  /// Names of pictures whose labels contradict each other; none of them keeps its truth.
  private(set) var contradicted: [String] = []

  /// Finds them, and removes contradictory truths.
  init(settling entries: inout [Sample]) {
    var places: [String: [Int]] = [:]
    for (place, entry) in entries.enumerated() {
      guard case .file = entry.source, !entry.digest.isEmpty else { continue }
      places[entry.digest, default: []].append(place)
    }
    for same in places.values.filter({ $0.count > 1 }).sorted(by: { $0[0] < $1[0] }) {
      groups.append(same.map { entries[$0].name })
      guard Set(same.compactMap { entries[$0].truth?.code }).count > 1 else { continue }
      contradicted += same.map { entries[$0].name }
      for place in same { entries[place].truth = nil }
    }
  }
}
