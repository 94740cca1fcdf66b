import Foundation

/// One column of a label or metadata file, by image: what a user groups images by.
public struct ColumnValues: Sendable {
  /// The value of each image that has one, by the image's name without folder and extension.
  private let byImage: [String: String]

  /// Reads a column of a table.
  ///
  /// - Parameters:
  ///   - column: the column's name, whatever its case and punctuation.
  ///   - path: the file's.
  ///   - choice: the column that names the image, where its layout does not say.
  /// - Throws: ``LabelFault`` when the file is missing, is no table, lacks a column, or gives an image two values.
  public init(column: String, ofFileAt path: String, choice: ColumnChoice = ColumnChoice()) throws(LabelFault) {
    try self.init(
      column: column, bytes: try Labels.bytes(ofFileAt: path, what: "label file"), name: path, choice: choice)
  }

  /// Reads a column of a table's bytes.
  ///
  /// - Throws: ``LabelFault``, as above.
  public init(column: String, bytes: [UInt8], name: String, choice: ColumnChoice = ColumnChoice()) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name, dialect: .spreadsheet)
    guard let header = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    let names = ColumnNames(header.fields)
    guard let place = names.place(named: column) else {
      throw LabelFault(
        file: name, line: header.line, reason: "there is no column \(quotedName(column)); found \(names.listed())")
    }
    let image = choice.image.flatMap { names.place(named: $0) } ?? names.place(of: ColumnVocabulary.published.images)
    guard let image else {
      throw LabelFault(
        file: name, line: header.line, reason: "no column names the image; found \(names.listed())")
    }
    var values: [String: String] = [:]
    for row in table.rows.dropFirst() {
      let value = row.field(place)
      guard !value.isEmpty, !row.field(image).isEmpty else { continue }
      let key = Labels.key(of: row.field(image))
      guard values[key] ?? value == value else {
        throw LabelFault(
          file: name, line: row.line, reason: "an image has another \(quotedName(column)) than in an earlier row")
      }
      values[key] = value
    }
    byImage = values
  }

  /// The value of an image file; `nil` when the table has none.
  public func value(ofImageNamed name: String) -> String? { Labels.found(name, in: byImage) }
}

private func quotedName(_ text: String) -> String { "\"\(text.prefix(60))\"" }
