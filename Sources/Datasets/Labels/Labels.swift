import Faults
import Foundation

/// What is known to be true of an image.
public struct ImageLabel: Sendable, Hashable {
  /// The code as the file writes it, upper case: MEL, NV, BCC, BKL, or another such as AKIEC.
  public var code: String
  /// The lesion's attribute in words; empty when the file has none.
  public var attribute: String
  /// The line of the file that says so.
  public var line: Int
  /// What else the row says of the image.
  public var metadata = LesionMetadata()
}

/// A label file in the seed's format, `Image,Dx, Lesion attributes`, or in HAM10000's, `image_id,dx,lesion_id,…,age,sex,site`:
/// one row an image.
public struct Labels: Sendable {
  /// The label of each image, by its name without folder and extension.
  public let byImage: [String: ImageLabel]
  /// What a reader should know: duplicate rows, and images that two rows contradict each other about (left out).
  public let remarks: [String]
  /// Rows that repeat an earlier one.
  public let duplicateRows: Int
  /// Images that rows contradict each other about, by name; they have no label.
  public let contradicted: [String]

  /// Reads a label file.
  ///
  /// - Throws: ``LabelFault`` when the file is missing, is no table, or lacks the columns `Image` and `Dx`.
  public init(path: String) throws(LabelFault) {
    try self.init(bytes: try Self.bytes(ofFileAt: path, what: "label file"), name: path)
  }

  static func bytes(ofFileAt path: String, what: String) throws(LabelFault) -> [UInt8] {
    guard FileManager.default.fileExists(atPath: path) else {
      throw LabelFault(file: path, line: nil, reason: "no such \(what)", kind: .missingInput)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw LabelFault(file: path, line: nil, reason: "the \(what) cannot be read", kind: .missingInput)
    }
    return Array(data)
  }

  /// Reads a label file's bytes.
  ///
  /// - Throws: ``LabelFault``, as above.
  public init(bytes: [UInt8], name: String) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name)
    guard let header = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    let columns = header.fields.map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
    guard let image = MetadataColumns.place(of: MetadataColumns.image, in: columns),
      let code = columns.firstIndex(of: "dx")
    else {
      throw LabelFault(
        file: name, line: header.line, reason: "the first row must name the columns Image and Dx")
    }
    let attribute = columns.firstIndex(of: "lesion attributes")
    let others = MetadataColumns(columns)

    var labels: [String: ImageLabel] = [:]
    var contradicted: Set<String> = []
    var remarks: [String] = []
    var repeated = 0
    for row in table.rows.dropFirst() {
      let field = { (index: Int?) in row.field(index) }
      guard row.fields.count <= columns.count else {
        throw LabelFault(
          file: name, line: row.line, reason: "\(row.fields.count) fields where the header has \(columns.count)")
      }
      guard !field(image).isEmpty, !field(code).isEmpty else {
        throw LabelFault(file: name, line: row.line, reason: "an image's name or its code is missing")
      }
      let key = Self.key(of: field(image))
      let label = ImageLabel(
        code: field(code).uppercased(), attribute: field(attribute), line: row.line,
        metadata: others.metadata(field))
      if let earlier = labels[key] {
        if earlier.code == label.code {
          repeated += 1
          remarks.append("\(name), line \(row.line): \(key) is there again, as on line \(earlier.line)")
        } else {
          contradicted.insert(key)
          remarks.append(
            "\(name), line \(row.line): \(key) is \(label.code) here and \(earlier.code) on line \(earlier.line);"
              + " it counts as unlabelled")
        }
      } else {
        labels[key] = label
      }
    }
    for key in contradicted { labels[key] = nil }
    byImage = labels
    self.remarks = remarks
    duplicateRows = repeated
    self.contradicted = contradicted.sorted()
  }

  /// The label of an image file; `nil` when the labels do not name it.
  public func label(ofImageNamed name: String) -> ImageLabel? { byImage[Self.key(of: name)] }

  /// A file's name without its folder and, when it is an image's, its extension: what labels call the image.
  public static func key(of name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    guard let dot = last.lastIndex(of: "."), dot != last.startIndex,
      ImageFiles.extensions.contains(last[last.index(after: dot)...].lowercased())
    else { return last }
    return String(last[..<dot])
  }
}
