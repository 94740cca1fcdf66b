import Dermoscopy
import Faults
import Foundation

/// The ground truth of an image.
public struct ImageLabel: Sendable, Hashable {
  /// The code, upper case: MEL, NV, BCC, BKL, another such as AKIEC, or OTHER for a diagnosis that is none of them.
  public var code: String
  /// The lesion's attribute in words; of an OTHER without one, the diagnosis in the file's words.
  public var attribute: String
  /// The line of the file that says so.
  public var line: Int
  /// The other columns of the row.
  public var metadata = ClinicalMetadata()
}

/// A label file: the ground truth and metadata of images, in any of the layouts that docs/VALIDATION.md lists.
///
/// ```swift
/// import Datasets
///
/// let labels = try Labels(path: "labels.csv", choice: ColumnChoice(label: "diagnosis"))
/// print(labels.layout.description, labels.byImage.count, labels.unmapped)
/// print(labels.label(ofImageNamed: "ISIC_0024306.jpg")?.code ?? "unlabelled")
/// ```
public struct Labels: Sendable {
  /// The label of each image, by its name without folder and extension.
  public let byImage: [String: ImageLabel]
  /// The metadata of each image that the file names, by the same names.
  public let metadata: [String: ClinicalMetadata]
  /// When each image was taken, by the same names: numbers that only order images, and are never shown.
  private let moments: [String: Double]
  /// Warnings: duplicate rows, and images whose rows contradict each other (left out).
  public let remarks: [String]
  /// Rows that repeat an earlier one.
  public let duplicateRows: Int
  /// Images whose rows, or columns of a row, contradict each other, by name; they have no label.
  public let contradicted: [String]
  /// Rows without a label because their diagnosis leaves the code open, by diagnosis: "unknown", "indeterminate",
  /// nothing.
  public let open: [String: Int]
  /// Rows without a label because their words map to no code, by these words.
  public let unmapped: [String: Int]
  /// The layout, and the columns that it uses.
  public let layout: LabelLayout
  /// The file's name in messages.
  public let name: String
  /// The file's encoding and separator if it is not UTF-8 with commas: `UTF-16, separated by tabs`; empty otherwise.
  public let writing: String

  /// Reads a label file.
  ///
  /// - Parameters:
  ///   - path: the file's.
  ///   - choice: the columns to go by; by the layout unless given.
  /// - Throws: ``LabelFault`` when the file is missing, is not a table, or has no known layout.
  public init(path: String, choice: ColumnChoice = ColumnChoice()) throws(LabelFault) {
    try self.init(bytes: try Self.bytes(ofFileAt: path, what: "label file"), name: path, choice: choice)
  }

  package static func bytes(ofFileAt path: String, what: String) throws(LabelFault) -> [UInt8] {
    guard let file = FileName.withPath(path, { fopen($0, "rb") }) else {
      let reason = errno == ENOENT ? "no such \(what)" : "the \(what) cannot be read"
      throw LabelFault(file: path, line: nil, reason: reason, kind: .missingInput)
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= CommaSeparatedValues.largestFile {
      let count = fread(&piece, 1, piece.count, file)
      if count == 0 { break }
      bytes += piece.prefix(count)
    }
    guard ferror(file) == 0 else {
      throw LabelFault(file: path, line: nil, reason: "the \(what) cannot be read", kind: .missingInput)
    }
    return bytes
  }

  /// Reads a label file's bytes.
  ///
  /// - Throws: ``LabelFault``, as above.
  public init(bytes: [UInt8], name: String, choice: ColumnChoice = ColumnChoice()) throws(LabelFault) {
    try self.init(bytes: bytes, name: name, choice: choice, layouts: KnownLayout.all)
  }

  init(bytes: [UInt8], name: String, choice: ColumnChoice, layouts: [KnownLayout]) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name, dialect: .spreadsheet)
    let header = try LabelHeader(of: table, name: name, choice: choice, layouts: layouts)
    var reader = LabelRows(header, name: name)
    for row in table.rows.dropFirst(header.rows) { try reader.add(row) }
    for key in reader.contradicted { reader.labels[key] = nil }
    byImage = reader.labels
    metadata = reader.metadata
    moments = reader.acquisition.moments
    remarks =
      reader.remarks + reader.unreadable.remarks(file: name) + reader.acquisition.remarks(file: name)
    duplicateRows = reader.duplicateRows
    contradicted = reader.contradicted.sorted()
    open = reader.open
    unmapped = reader.unmapped
    layout = header.layout
    self.name = name
    writing = Self.writing(table)
  }

  private static func writing(_ table: CommaSeparatedValues) -> String {
    let marks: [Character: String] = [";": "semicolons", "\t": "tabs", "|": "bars"]
    let separator = table.separator == "," ? [] : ["separated by \(marks[table.separator] ?? "'\(table.separator)'")"]
    return ((table.encoding == "UTF-8" ? [] : [table.encoding]) + separator).joined(separator: ", ")
  }

  /// The label of an image file; `nil` when the labels do not name it.
  public func label(ofImageNamed name: String) -> ImageLabel? { Self.found(name, in: byImage) }

  /// The ground truth of the lesion in an image file; `nil` when the labels do not name it.
  public func truth(ofImageNamed name: String) -> GroundTruth? {
    label(ofImageNamed: name).map { GroundTruth(code: $0.code, attribute: $0.attribute) }
  }

  /// The metadata of an image file; `nil` when the labels do not name it.
  public func metadata(ofImageNamed name: String) -> ClinicalMetadata? { Self.found(name, in: metadata) }

  /// The places in time of image files among each other, from 1, by the file's column of dates, days or visits: equal ones
  /// have one place.
  ///
  /// No date is handed out. A picture of which none is known is left out.
  public func order(ofImagesNamed names: [String]) -> [String: Int] {
    let known = names.compactMap { name in Self.found(name, in: moments).map { (name: name, moment: $0) } }
    let places = Dictionary(
      Set(known.map(\.moment)).sorted().enumerated().map { ($0.element, $0.offset + 1) }, uniquingKeysWith: min)
    return Dictionary(known.compactMap { one in places[one.moment].map { (one.name, $0) } }, uniquingKeysWith: min)
  }

  /// Looks an image up by its file's name; one in another encoding than UTF-8 goes by Windows-1252 too.
  static func found<Value>(_ name: String, in table: [String: Value]) -> Value? {
    let key = key(of: name)
    if let value = table[key] { return value }
    let bytes = FileName.bytes(of: key)
    guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
    return table[String(String.UnicodeScalarView(bytes.map { TableText.windows1252($0) }))]
  }

  /// A file's name without its folder and, for an image file, its extension: the image's name in label files.
  public static func key(of name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex,
      ImageFiles.pictureExtensions.contains(last[last.index(after: dot)...].lowercased())
    else { return last }
    return String(last[..<dot])
  }
}
