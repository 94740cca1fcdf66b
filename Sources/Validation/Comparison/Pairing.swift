import Dermoscopy
import Records

/// How the images of two runs match. Every mismatch is reported.
public struct PairingSummary: Sendable, Hashable, Codable {
  /// Images of the first run.
  public var first = 0
  /// Images of the second run.
  public var second = 0
  /// Images that both read, by name.
  public var shared = 0
  /// Of them, names left out because their picture, file by file the same bytes, is compared under another name.
  public var repeats = 0
  /// Images that only the first run has, by name.
  public var onlyFirst: [String] = []
  /// Images that only the second run has, by name.
  public var onlySecond: [String] = []
  /// Images of one name whose files differ, by name.
  public var changed: [String] = []
  /// Images that one of the runs, or both, could not read, by name.
  public var unreadable: [String] = []
  /// Images whose labels contradict each other; they count as unlabelled.
  public var contradicted: [String] = []

  enum CodingKeys: String, CodingKey {
    case first = "a"
    case second = "b"
    case shared, repeats
    case onlyFirst = "only_a"
    case onlySecond = "only_b"
    case changed, unreadable, contradicted
  }

  /// The most names that a sentence lists before it says how many more there are.
  private static let shownNames = 5

  /// Remarks for the reader, one sentence each.
  public var remarks: [String] {
    [
      (onlyFirst, "in A alone"), (onlySecond, "in B alone"), (changed, "of the same name but another content"),
      (unreadable, "that A or B could not read"), (contradicted, "with contradictory labels, taken as unlabelled"),
    ].compactMap { (names: [String], what: String) -> String? in
      guard !names.isEmpty else { return nil }
      let more = names.count - Self.shownNames
      let list = names.prefix(Self.shownNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
      return "\(names.count) \(names.count == 1 ? "image" : "images") \(what): \(list)"
    }
      + (repeats == 0
        ? [] : ["\(repeats) \(repeats == 1 ? "name" : "names") of a picture that is compared under another name"])
  }
}

/// Finds for each image of one run the same image in another: by name where the files are the same, else by content.
struct Pairing {
  private struct Place {
    var position: Int
    var name: String
    var digest: String?
    var isTaken = false
  }

  private var places: [Place] = []
  private var byName: [String: [Int]] = [:]
  private var byDigest: [String: [Int]] = [:]

  /// How many images there are.
  var count: Int { places.count }

  /// Images that were never asked for, by name.
  var rest: [String] { places.filter { !$0.isTaken }.map(\.name) }

  mutating func add(_ examination: StoredExamination) {
    let index = places.count
    places.append(
      Place(position: examination.position, name: examination.imageName, digest: examination.imageDigest))
    byName[examination.imageName, default: []].append(index)
    if let digest = examination.imageDigest { byDigest[digest, default: []].append(index) }
  }

  /// Takes the place of the same image; `nil` when there is none.
  ///
  /// An image whose file is unknown in one of the runs, as in one from a table, is matched by its name.
  mutating func take(_ examination: StoredExamination) -> Int? {
    let digest = examination.imageDigest
    let named = (byName[examination.imageName] ?? []).first { index in
      !places[index].isTaken && (places[index].digest == nil || digest == nil || places[index].digest == digest)
    }
    let index = named ?? digest.flatMap { byDigest[$0] }?.first { !places[$0].isTaken }
    guard let index else { return nil }
    places[index].isTaken = true
    return places[index].position
  }

  /// Takes an image of this name, whatever its content.
  mutating func takeName(_ name: String) -> Bool {
    guard let index = byName[name]?.first(where: { !places[$0].isTaken }) else { return false }
    places[index].isTaken = true
    return true
  }
}
