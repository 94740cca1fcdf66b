import Datasets
import Dermoscopy

/// How a run's images and the label file match. Every mismatch between images and labels is reported.
public struct LabelCoverage: Sendable, Hashable, Codable {
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
  /// Images whose rows in the label file contradict each other; they count as unlabelled.
  public var contradicted: [String] = []
  /// The names of each picture that occurs under several names: files with the same bytes.
  public var duplicateImages: [[String]] = []
  /// Names of such pictures whose labels contradict each other; they count as unlabelled.
  public var contradictedPictures: [String] = []
  /// Whether `--limit` left images out, so that labels without an image are expected.
  public var wasLimited = false
  /// The label file's layout and columns, in words; `nil` without labels.
  public var layout: String?
  /// Images with a label in the label file; `nil` without labels.
  public var labels: Int?
  /// Diagnoses of the label file that map to no code, by their words, with the number of rows.
  public var unmapped: [String: Int]?
  /// Rows of the label file whose diagnosis leaves the code open, by diagnosis.
  public var open: [String: Int]?
  /// Images of the run that the metadata file names; `nil` without one.
  public var described: Int?
  /// What the folder holds besides its images, by reason; `nil` for nothing.
  public var skipped: [SkippedFiles.Group]?

  enum CodingKeys: String, CodingKey {
    case images, labelled, codes, unlabelled
    case withoutImage = "labels_without_image"
    case shared = "labels_of_several_images"
    case duplicateRows = "duplicate_rows"
    case contradicted
    case duplicateImages = "same_pictures"
    case contradictedPictures = "contradicted_pictures"
    case wasLimited = "was_limited"
    case layout = "label_layout"
    case labels
    case unmapped = "unmapped_words"
    case open = "open_diagnoses"
    case described = "with_metadata"
    case skipped = "passed_over"
  }

  /// This coverage without what ``filled(from:)`` finds again.
  var withoutImages: LabelCoverage {
    var coverage = self
    (coverage.unlabelled, coverage.duplicateImages) = ([], [])
    return coverage
  }

  /// This coverage with what follows from all images of the run.
  func filled(from samples: [Sample]) -> LabelCoverage {
    var coverage = self
    if layout != nil { coverage.unlabelled = samples.filter { $0.truth == nil }.map(\.name) }
    // Contradictory truths are gone by now.
    var settled = samples
    coverage.duplicateImages = DuplicateImages(settling: &settled).groups
    return coverage
  }

  /// Labels outside the four codes, by code.
  public var otherCodes: [String: Int] { codes.filter { LesionCode(rawValue: $0.key) == nil } }

  init(
    _ entries: [Sample], same: DuplicateImages? = nil, labels: Labels?, metadata: MetadataTable? = nil,
    wasLimited: Bool,
    skipped: SkippedFiles = SkippedFiles()
  ) {
    images = entries.count
    self.wasLimited = wasLimited
    self.skipped = skipped.groups.isEmpty ? nil : skipped.groups
    described = metadata.map { table in entries.count { table.metadata(ofImageNamed: $0.name) != nil } }
    duplicateImages = same?.groups ?? []
    contradictedPictures = same?.contradicted ?? []
    guard let labels else { return }
    layout = labels.layout.description
    self.labels = labels.byImage.count
    unmapped = labels.unmapped
    open = labels.open
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
    let settled = Set(contradictedPictures.map { Labels.key(of: $0) })
    withoutImage = labels.byImage.keys.filter { seen[$0] == nil && !settled.contains($0) }.sorted()
    duplicateRows = labels.duplicateRows
    contradicted = labels.contradicted
  }
}
