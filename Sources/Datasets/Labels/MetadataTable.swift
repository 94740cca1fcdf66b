import Dermoscopy
import Foundation

/// A table of metadata: a column that names the image (`image_id`, `isic_id`, `image_name`, …), and any of lesion, patient,
/// site, sex, age and skin type.
public struct MetadataTable: Sendable {
  /// By the image's name without folder and extension.
  public let byImage: [String: ClinicalMetadata]
  /// Remarks: fields that could not be read.
  public let remarks: [String]
  /// Its name in messages.
  public let name: String

  /// Reads a table.
  ///
  /// - Throws: ``LabelFault`` when the file is missing, is not a table, or lacks the columns.
  public init(path: String, choice: ColumnChoice = ColumnChoice()) throws(LabelFault) {
    try self.init(bytes: try Labels.bytes(ofFileAt: path, what: "metadata file"), name: path, choice: choice)
  }

  /// Reads a table's bytes; of two rows about one image the first counts where they differ.
  ///
  /// - Throws: ``LabelFault``, as above.
  public init(bytes: [UInt8], name: String, choice: ColumnChoice = ColumnChoice()) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name, dialect: .spreadsheet)
    guard let header = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    let names = ColumnNames(header.fields)
    let columns = MetadataColumns(names)
    let named = choice.image.flatMap { names.place(named: $0) }
    guard let image = named ?? names.place(of: ColumnVocabulary.published.images), !columns.isEmpty else {
      throw LabelFault(
        file: name, line: header.line,
        reason:
          "the first row must name the column image_id (or \(ColumnVocabulary.published.images.joined(separator: ", "))) and one "
          + "or more of \(MetadataColumns.names.map(\.what).joined(separator: ", ")); found \(names.listed())")
    }
    var metadata: [String: ClinicalMetadata] = [:]
    var unreadable = UnreadableFields()
    for row in table.rows.dropFirst() {
      guard row.fields.count <= names.written.count else {
        throw LabelFault(
          file: name, line: row.line, reason: "\(row.fields.count) fields where the header has \(names.written.count)")
      }
      guard !row.field(image).isEmpty else {
        throw LabelFault(file: name, line: row.line, reason: "an image's name is missing")
      }
      let key = Labels.key(of: row.field(image))
      let found = columns.metadata(row) { unreadable.add($0, $1) }
      metadata[key] = metadata[key]?.filled(from: found) ?? found
    }
    byImage = metadata
    remarks = unreadable.remarks(file: name)
    self.name = name
  }

  /// The metadata of an image file; `nil` when the table does not name it.
  public func metadata(ofImageNamed name: String) -> ClinicalMetadata? { Labels.found(name, in: byImage) }
}
