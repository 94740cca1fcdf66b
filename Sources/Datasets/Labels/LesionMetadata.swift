import Foundation

/// What else is known of an image: the lesion that it shows, and of whom.
public struct LesionMetadata: Sendable, Hashable {
  /// The lesion's name; several images can show one lesion.
  public var lesion: String?
  /// Where on the body, in the table's words.
  public var site: String?
  /// The person's sex, in the table's words.
  public var sex: String?
  /// The person's age in years.
  public var age: Int?

  /// What is known; nothing unless given.
  public init(lesion: String? = nil, site: String? = nil, sex: String? = nil, age: Int? = nil) {
    self.lesion = lesion
    self.site = site
    self.sex = sex
    self.age = age
  }

  /// This, with what it lacks taken from another.
  public func filled(from other: LesionMetadata) -> LesionMetadata {
    LesionMetadata(
      lesion: lesion ?? other.lesion, site: site ?? other.site, sex: sex ?? other.sex, age: age ?? other.age)
  }
}

/// The columns of a table that hold metadata, by the names that ISIC, HAM10000 and others give them.
struct MetadataColumns {
  static let image = ["image", "image_id", "isic_id", "filename"]
  private static let lesion = ["lesion_id", "lesion"]
  private static let site = ["site", "localization", "anatom_site_general"]
  private static let sex = ["sex", "gender"]
  private static let age = ["age", "age_approx"]

  private let lesion: Int?
  private let site: Int?
  private let sex: Int?
  private let age: Int?

  /// Finds the columns; `columns` are lower case without spaces around them.
  init(_ columns: [String]) {
    func place(_ names: [String]) -> Int? { Self.place(of: names, in: columns) }
    lesion = place(Self.lesion)
    site = place(Self.site)
    sex = place(Self.sex)
    age = place(Self.age)
  }

  /// The first column that has one of the names, the names in their order.
  static func place(of names: [String], in columns: [String]) -> Int? {
    names.lazy.compactMap { columns.firstIndex(of: $0) }.first
  }

  /// Whether there is any.
  var isEmpty: Bool { lesion == nil && site == nil && sex == nil && age == nil }

  /// A row's metadata; "unknown" is as good as nothing.
  func metadata(_ field: (Int?) -> String) -> LesionMetadata {
    func known(_ place: Int?) -> String? {
      let text = field(place)
      return text.isEmpty || text.lowercased() == "unknown" ? nil : text
    }
    let years = known(age).flatMap { Double($0) }.flatMap { (0...150).contains($0) ? Int($0) : nil }
    return LesionMetadata(lesion: known(lesion), site: known(site), sex: known(sex), age: years)
  }
}

/// A table of metadata: a column `image_id` (or `image`, `isic_id`), and any of `lesion_id`, `site`, `sex`, `age`.
public struct MetadataTable: Sendable {
  /// By the image's name without folder and extension.
  public let byImage: [String: LesionMetadata]

  /// Reads a table.
  ///
  /// - Throws: ``LabelFault`` when the file is missing, is no table, or lacks the columns.
  public init(path: String) throws(LabelFault) {
    try self.init(bytes: try Labels.bytes(ofFileAt: path, what: "metadata file"), name: path)
  }

  /// Reads a table's bytes; of two rows about one image the first counts where they differ.
  ///
  /// - Throws: ``LabelFault``, as above.
  public init(bytes: [UInt8], name: String) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name)
    guard let header = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    let names = header.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    let columns = MetadataColumns(names)
    guard let image = MetadataColumns.place(of: MetadataColumns.image, in: names), !columns.isEmpty else {
      throw LabelFault(
        file: name, line: header.line,
        reason: "the first row must name the column image_id and one or more of lesion_id, site, sex and age")
    }
    var metadata: [String: LesionMetadata] = [:]
    for row in table.rows.dropFirst() {
      guard row.fields.count <= names.count else {
        throw LabelFault(
          file: name, line: row.line, reason: "\(row.fields.count) fields where the header has \(names.count)")
      }
      let field = { (index: Int?) in row.field(index) }
      guard !field(image).isEmpty else {
        throw LabelFault(file: name, line: row.line, reason: "an image's name is missing")
      }
      let key = Labels.key(of: field(image))
      let found = columns.metadata(field)
      metadata[key] = metadata[key]?.filled(from: found) ?? found
    }
    byImage = metadata
  }

  /// What is known of an image file; `nil` when the table does not name it.
  public func metadata(ofImageNamed name: String) -> LesionMetadata? { byImage[Labels.key(of: name)] }
}

extension CommaSeparatedValues.Row {
  /// A field without the spaces around it; empty where the row has none.
  func field(_ index: Int?) -> String {
    guard let index, index < fields.count else { return "" }
    return fields[index].trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
