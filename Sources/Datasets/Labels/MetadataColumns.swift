import Dermoscopy
import Foundation

/// The columns of a table that hold metadata, by the names that ISIC, HAM10000 and others give them.
struct MetadataColumns {
  /// Names of columns, those that are preferred first.
  static let names: [(what: String, columns: [String])] = [
    ("lesion_id", ["lesion_id", "lesion", "case_num"]),
    ("patient_id", ["patient_id", "patient"]),
    (
      "site",
      [
        "site", "localization", "anatom_site_general", "anatom_site_general_challenge", "anatom_site_special", "region",
        "location",
      ]
    ),
    ("sex", ["sex", "gender"]),
    ("age", ["age", "age_approx"]),
    ("skin_type", ["skin_type", "fitzpatrick_skin_type", "fitzpatrick", "fitspatrick"]),
  ]

  private let places: [String: Int]
  /// ISIC's `anatom_site_1` and `anatom_site_2`: together about as fine as `anatom_site_general`.
  private let siteLevels: [Int]

  init(_ columns: ColumnNames) {
    var places: [String: Int] = [:]
    for (what, names) in Self.names { places[what] = columns.place(of: names) }
    self.places = places
    siteLevels = columns.places(of: ["anatom_site_1", "anatom_site_2"])
  }

  /// Whether there is any.
  var isEmpty: Bool { places.isEmpty && siteLevels.isEmpty }

  /// Fields that say that nothing is known.
  static func isUnknown(_ field: String) -> Bool {
    unknown.contains(field.trimmingCharacters(in: .whitespacesAndNewlines).lowercased())
  }

  private static let unknown: Set<String> = [
    "", "unknown", "unk", "na", "n/a", "#n/a", "nan", "none", "null", "nil", "-", "?", "not available", "not known",
    "unspecified",
  ]

  /// A row's metadata; "unknown" counts as missing.
  ///
  /// - Parameter unreadable: called for a field with a value that its column does not allow: an age in words, a ninth skin
  ///   type.
  func metadata(
    _ row: CommaSeparatedValues.Row, unreadable: (_ column: String, _ field: String) -> Void
  ) -> ClinicalMetadata {
    func known(_ what: String) -> String? {
      places[what].map { row.field($0) }.flatMap { Self.isUnknown($0) ? nil : $0 }
    }
    func read<Value>(_ what: String, _ value: (String) -> Value?) -> Value? {
      guard let field = known(what) else { return nil }
      let value = value(field)
      if value == nil { unreadable(what, field) }
      return value
    }
    let levels = siteLevels.map { row.field($0) }.filter { !Self.isUnknown($0) }
    return ClinicalMetadata(
      lesion: known("lesion_id"), patient: known("patient_id"), site: known("site") ?? levels.last, sex: known("sex"),
      age: read("age", Self.years), skinType: read("skin_type", Self.skinType))
  }

  /// An age in years: `45`, `45.0`, `45,0`; ISIC's `85+` is 85 and over.
  static func years(_ field: String) -> Int? {
    let text = field.hasSuffix("+") ? String(field.dropLast()) : field.replacing(",", with: ".")
    return Double(text).flatMap { (0...150).contains($0) ? Int($0) : nil }
  }

  /// A skin type: `I` to `VI`, or 1 to 6.
  static func skinType(_ field: String) -> String? {
    let types = ["I", "II", "III", "IV", "V", "VI"]
    if types.contains(field.uppercased()) { return field.uppercased() }
    guard let number = Double(field.replacing(",", with: ".")), let type = Int(exactly: number), (1...6).contains(type)
    else {
      return nil
    }
    return types[type - 1]
  }
}

extension CommaSeparatedValues.Row {
  /// A field without the spaces around it; empty where the row has none.
  func field(_ index: Int?) -> String {
    guard let index, index < fields.count else { return "" }
    return fields[index].trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
