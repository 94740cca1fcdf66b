import Datasets

extension LabelCoverage {
  /// The most names that a sentence lists before it says how many more there are.
  private static let shownNames = 5

  /// How many images have a label, and whose layout the labels have; `nil` without labels.
  public var matching: String? {
    guard let layout, let labels else { return nil }
    let verb = "\(images == 1 ? "image" : "images") \(labelled == 1 || images == 1 ? "has" : "have")"
    return "\(labelled) of \(images) \(verb) a label; the file has \(labels), in \(layout)"
  }

  /// Remarks for the reader, one sentence each.
  public var remarks: [String] {
    var remarks: [String] = []
    func tell(_ names: [String], _ noun: String, _ what: String) {
      guard !names.isEmpty else { return }
      let more = names.count - Self.shownNames
      let list = names.prefix(Self.shownNames).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
      remarks.append("\(Self.counted(names.count, noun)) \(what): \(list)")
    }
    if layout != nil { tell(unlabelled, "of \(images) images", "without a label, left out of the metrics") }
    if !wasLimited { tell(withoutImage, "label", "without an image") }
    tell(shared, "label", "that several images share by their names")
    if duplicateRows > 0 {
      remarks.append("\(Self.counted(duplicateRows, "duplicate row")) of the label file, counted once")
    }
    if let duplicateImagesRemark { remarks.append(duplicateImagesRemark) }
    tell(contradictedPictures, "image", "that are one picture with another label, all taken as unlabelled")
    tell(contradicted, "image", "with contradictory labels, taken as unlabelled")
    if !otherCodes.isEmpty {
      let list = otherCodes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value)" }
      let sum = otherCodes.values.reduce(0, +)
      remarks.append(
        "\(Self.counted(sum, "image")) whose truth is none of the four codes, read but left out of the four-class metrics: "
          + list.joined(separator: ", "))
    }
    func count(_ words: [String: Int]?, _ what: String) {
      guard let words, !words.isEmpty else { return }
      remarks.append(
        "\(Self.counted(words.values.reduce(0, +), "row")) of the label file \(what): \(WordCounts.listed(words))")
    }
    count(unmapped, "with words that map to no code, taken as unlabelled")
    count(open, "that leave the diagnosis open, taken as unlabelled")
    if let described {
      remarks.append("\(described) of \(images) images are in the metadata file")
    }
    return remarks + skippedRemarks
  }

  /// A number with its noun: `1 label`, `2 labels`; a noun of several words that begins with "of" stays as it is.
  static func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)" + (count == 1 || noun.hasPrefix("of ") ? "" : "s")
  }

  private var duplicateImagesRemark: String? {
    guard !duplicateImages.isEmpty else { return nil }
    let names = duplicateImages.reduce(0) { $0 + $1.count }
    let more = duplicateImages.count - Self.shownNames
    return
      "\(duplicateImages.count) \(duplicateImages.count == 1 ? "picture is" : "pictures are") there under \(names) names, "
      + "\(images) images for \(images - names + duplicateImages.count) distinct ones; every figure counts each once: "
      + duplicateImages.prefix(Self.shownNames).map { $0.joined(separator: " = ") }.joined(separator: ", ")
      + (more > 0 ? " and \(more) more" : "")
  }

  private var skippedRemarks: [String] {
    (skipped ?? []).map { SkippedFiles.remark($0) }
  }
}
