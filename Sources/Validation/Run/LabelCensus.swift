import Datasets
import Dermoscopy

/// How a run's images and the label file fit each other. Nothing that does not fit is passed over in silence.
public struct LabelCensus: Sendable, Hashable, Codable {
  /// Images of the run.
  public var images = 0
  /// Images with a label.
  public var labelled = 0
  /// Labelled images by code, the four and all others.
  public var codes: [String: Int] = [:]
  /// Images without a label, by name.
  public var unlabelled: [String] = []
  /// Labels whose image is not in the run, by name.
  public var withoutImage: [String] = []
  /// Labels that several images of the run share, by name.
  public var shared: [String] = []
  /// Rows of the label file that repeat an earlier one.
  public var duplicateRows = 0
  /// Images that rows of the label file contradict each other about; they count as unlabelled.
  public var contradicted: [String] = []
  /// Whether `--limit` left images out, so that labels without an image are no wonder.
  public var wasLimited = false

  enum CodingKeys: String, CodingKey {
    case images, labelled, codes, unlabelled
    case withoutImage = "labels_without_image"
    case shared = "labels_of_several_images"
    case duplicateRows = "duplicate_rows"
    case contradicted
    case wasLimited = "was_limited"
  }

  /// Labels outside the four codes, by code.
  public var otherCodes: [String: Int] { codes.filter { LesionCode(rawValue: $0.key) == nil } }

  init(_ entries: [RosterEntry], labels: Labels?, wasLimited: Bool) {
    images = entries.count
    self.wasLimited = wasLimited
    guard let labels else { return }
    var seen: [String: Int] = [:]
    for entry in entries {
      if let truth = entry.truth {
        labelled += 1
        codes[truth.code, default: 0] += 1
        seen[Labels.key(of: entry.name), default: 0] += 1
      } else {
        unlabelled.append(entry.name)
      }
    }
    shared = seen.filter { $0.value > 1 }.keys.sorted()
    withoutImage = labels.byImage.keys.filter { seen[$0] == nil }.sorted()
    duplicateRows = labels.duplicateRows
    contradicted = labels.contradicted
  }

  /// Names that a sentence shows before it says how many more there are.
  private static let shownNames = 5

  /// What a reader should know, one sentence each.
  public var remarks: [String] {
    var remarks: [String] = []
    func tell(_ names: [String], _ what: (String) -> String) {
      guard !names.isEmpty else { return }
      let more = names.count - Self.shownNames
      let list = names.prefix(Self.shownNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
      remarks.append("\(what(names.count.description)): \(list)")
    }
    if labelled > 0 || !withoutImage.isEmpty || !contradicted.isEmpty {
      tell(unlabelled) { "\($0) of \(images) images without a label, left out of the metrics" }
    }
    if !wasLimited { tell(withoutImage) { "\($0) labels without an image" } }
    tell(shared) { "\($0) labels that several images share by their names" }
    if duplicateRows > 0 {
      remarks.append(
        "\(duplicateRows) duplicate \(duplicateRows == 1 ? "row" : "rows") of the label file, counted once")
    }
    tell(contradicted) { "\($0) images with contradictory labels, taken as unlabelled" }
    if !otherCodes.isEmpty {
      let list = otherCodes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
      let sum = otherCodes.values.reduce(0, +)
      remarks.append(
        "\(sum) images whose truth is none of the four codes, read but left out of the four-class metrics: "
          + list.joined(separator: ", "))
    }
    return remarks
  }
}
