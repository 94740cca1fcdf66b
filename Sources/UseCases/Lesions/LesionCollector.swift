import Dermoscopy

/// Puts the readings of pictures together by lesion, while they come in the order of the input.
public struct LesionCollector: Sendable {
  private let grouping: String
  /// The lesion of each picture, by its place.
  private let lesions: [String]
  /// How many pictures of each lesion have not come yet.
  private var missing: [String: Int]
  private var views: [String: [LesionReading.View]] = [:]
  /// Lesions in the order of their first pictures.
  private var order: ArraySlice<String>
  private var place = 0

  /// A collector.
  ///
  /// - Parameters:
  ///   - lesions: the lesion of each picture in the order of the input; `nil` for one of its own, by the picture's name.
  ///   - names: the pictures' names.
  ///   - grouping: what grouped them.
  public init(lesions: [String?], names: [String], grouping: String) {
    self.grouping = grouping
    // A picture without a lesion cannot meet one that is called like the picture.
    let keys = zip(lesions, names).map { lesion, name in lesion ?? "\0" + name }
    self.lesions = keys
    missing = Dictionary(keys.map { ($0, 1) }, uniquingKeysWith: +)
    var seen: Set<String> = []
    order = keys.filter { seen.insert($0).inserted }[...]
  }

  /// Adds the next picture's reading.
  ///
  /// - Returns: the lesions that are complete now and whose turn it is.
  public mutating func add(_ view: LesionReading.View) -> [LesionReading] {
    guard place < lesions.count else { return [] }
    let key = lesions[place]
    place += 1
    views[key, default: []].append(view)
    missing[key, default: 1] -= 1
    var complete: [LesionReading] = []
    while let next = order.first, missing[next] == 0 {
      order.removeFirst()
      let own = views.removeValue(forKey: next) ?? []
      complete.append(
        LesionReading(id: next.hasPrefix("\0") ? String(next.dropFirst()) : next, grouping: grouping, views: own))
    }
    return complete
  }
}
