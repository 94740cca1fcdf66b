import Foundation

/// A table's layout: which column names the image, and which say its diagnosis.
public struct LabelLayout: Sendable, Hashable {
  /// Whose layout it is: `HAM10000`, `ISIC Archive`, …; `columns of its own` for none that is known.
  public let name: String
  /// The column that names the image, as the table writes it.
  public let imageColumn: String
  /// The columns that say the diagnosis, as the table writes them.
  public let diagnosisColumns: [String]

  let image: Int
  let diagnosis: DiagnosisColumns

  /// `HAM10000's layout (image_id, dx)`.
  public var description: String {
    let shown = diagnosisColumns.prefix(2).joined(separator: ", ") + (diagnosisColumns.count > 2 ? ", …" : "")
    let whose = name == Self.own ? "columns of its own" : name + (name.hasSuffix("s") ? "' layout" : "'s layout")
    return "\(whose) (\(imageColumn), \(shown))"
  }

  private static let own = "columns of its own"

  /// Recognises a layout by a table's header.
  ///
  /// - Parameters:
  ///   - columns: the header's.
  ///   - choice: columns that the user named.
  ///   - layouts: the layouts that are known by name.
  /// - Throws: ``LayoutFault`` when a column is missing, or several could be meant.
  init(_ columns: ColumnNames, choice: ColumnChoice, layouts: [KnownLayout]) throws(LayoutFault) {
    let vocabulary = ColumnVocabulary(layouts)
    var images = columns.places(of: vocabulary.images)
    if images.isEmpty { images = Array(columns.places(of: vocabulary.weakImages).prefix(1)) }
    if let name = choice.image {
      guard let place = columns.place(named: name) else { throw LayoutFault.noSuchColumn(name, columns) }
      images = [place]
    }
    var diagnoses = DiagnosisColumns.all(in: columns, vocabulary)
    if let name = choice.label {
      guard let place = columns.place(named: name) else { throw LayoutFault.noSuchColumn(name, columns) }
      diagnoses = [.words(place)]
    }
    guard !images.isEmpty, !diagnoses.isEmpty else {
      throw LayoutFault.missing(image: images.isEmpty, diagnosis: diagnoses.isEmpty, columns, vocabulary)
    }
    guard images.count == 1, diagnoses.count == 1, let image = images.first, let diagnosis = diagnoses.first else {
      throw LayoutFault.ambiguous(images: images, diagnoses: diagnoses, columns)
    }
    self.image = image
    self.diagnosis = diagnosis
    imageColumn = columns.written[image]
    diagnosisColumns = diagnosis.places.map { columns.written[$0] }
    name = choice == ColumnChoice() ? Self.name(columns.plain[image], diagnosis, columns, layouts) : Self.own
  }

  private static func name(
    _ image: String, _ diagnosis: DiagnosisColumns, _ columns: ColumnNames, _ layouts: [KnownLayout]
  ) -> String {
    switch diagnosis {
    case .levels: return "ISIC Archive"
    case .oneHot(let places):
      let is2019 = places.contains { ["ak", "scc", "unk"].contains(columns.plain[$0]) }
      return is2019 ? "ISIC 2019" : "ISIC 2018"
    case .target: return "ISIC 2020"
    case .clinical, .crosses: return "PH2"
    case .words(let place):
      return layouts.first { $0.fits(image: image, diagnosis: columns.plain[place], columns) }?.name ?? own
    }
  }
}

/// Why a header is no layout of labels.
enum LayoutFault: Error {
  case missing(image: Bool, diagnosis: Bool, ColumnNames, ColumnVocabulary)
  case noSuchColumn(String, ColumnNames)
  case ambiguous(images: [Int], diagnoses: [DiagnosisColumns], ColumnNames)

  var reason: String {
    switch self {
    case .missing(let image, let diagnosis, let columns, let vocabulary):
      var missing: [String] = []
      if image { missing.append("names the image (looked for \(vocabulary.images.joined(separator: ", ")), …)") }
      if diagnosis { missing.append("says the diagnosis (looked for \(vocabulary.lookedFor))") }
      let options = (image ? ["--image-column"] : []) + (diagnosis ? ["--label-column"] : [])
      return "no column \(missing.joined(separator: ", and none ")); found \(columns.listed()). "
        + "Name it with \(options.joined(separator: " and "))"
    case .noSuchColumn(let name, let columns):
      return "there is no column \(name); found \(columns.listed())"
    case .ambiguous(let images, let diagnoses, let columns):
      var found: [String] = []
      if images.count > 1 { found.append("\(columns.listed(images)) could name the image") }
      if diagnoses.count > 1 {
        let groups = diagnoses.map { columns.listed($0.places, atMost: 3) }
        found.append("\(groups.joined(separator: "; or ")) could say the diagnosis")
      }
      return "which columns are meant? Found \(found.joined(separator: ", and ")); looked for one of each. "
        + "Name them with --image-column and --label-column"
    }
  }

  /// Whether another row may yet be the header.
  var isMissing: Bool { if case .ambiguous = self { false } else { true } }
}
