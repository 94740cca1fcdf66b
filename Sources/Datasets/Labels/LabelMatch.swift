import Faults

/// How a label file and a set of images match, in numbers; reported wherever labels are given.
public struct LabelMatch: Sendable, Hashable {
  /// Images.
  public let images: Int
  /// Images with a label.
  public let labelled: Int
  /// The file, its layout and both numbers, in one line.
  public let line: String
  /// Why no image has a label; `nil` when one has.
  public let fault: UnmatchedLabels?

  /// Compares labels with images' names.
  ///
  /// - Parameters:
  ///   - labels: the label file's.
  ///   - names: the images' names or paths.
  ///   - override: the option that lets images be read without any label.
  public init(_ labels: Labels, images names: [String], override: String = "--allow-unlabelled") {
    images = names.count
    labelled = names.count { labels.label(ofImageNamed: $0) != nil }
    let number = labels.byImage.count
    let parts = [labels.layout.description, labels.writing, "\(number) \(number == 1 ? "label" : "labels")"]
    line =
      "\(labels.name): \(parts.filter { !$0.isEmpty }.joined(separator: ", ")); "
      + "\(labelled) of \(images) \(images == 1 ? "image" : "images") \(labelled == 1 || images == 1 ? "has" : "have") one"
      + Self.unreadableWords(labels)
    guard labelled == 0, images > 0 else {
      fault = nil
      return
    }
    let reason: String
    if labels.metadata.isEmpty {
      reason = "there is no label in it, only a header"
    } else if number == 0 {
      reason = "no label in it can be understood" + Self.unreadableWords(labels)
    } else {
      let shown = (label: labels.byImage.keys.sorted().first ?? "", image: names.first ?? "")
      reason =
        "none of its \(number) labels is of any of the \(images) images (a label is called \(shown.label), an image "
        + "\(shown.image))"
    }
    fault = UnmatchedLabels(
      file: labels.name, reason: reason + (override.isEmpty ? "" : "; \(override) reads on without"))
  }

  private static func unreadableWords(_ labels: Labels) -> String {
    var text = ""
    if !labels.unmapped.isEmpty { text += "; words that map to no code: \(WordCounts.listed(labels.unmapped))" }
    if !labels.open.isEmpty { text += "; no definite diagnosis: \(WordCounts.listed(labels.open))" }
    return text
  }
}

/// Labels that match no image.
public struct UnmatchedLabels: Fault, Hashable {
  /// The label file.
  public var file: String
  /// Why.
  public var reason: String
  public var kind: FaultKind { .unusableInput }
  public var description: String { "\(file): \(reason)" }
}
