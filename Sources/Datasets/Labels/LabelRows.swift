import Dermoscopy
import Foundation

/// A label file's header: the first row that is one, with the layout that it has.
struct LabelHeader {
  /// Rows up to the header, with it.
  let rows: Int
  let columns: ColumnNames
  let layout: LabelLayout

  /// Rows that a title or a legend may take above the header.
  private static let mostRowsAbove = 20

  init(
    of table: CommaSeparatedValues, name: String, choice: ColumnChoice, layouts: [KnownLayout]
  ) throws(LabelFault) {
    guard let first = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    var reason: String?
    for (index, row) in table.rows.prefix(Self.mostRowsAbove).enumerated() {
      let columns = ColumnNames(row.fields)
      do throws(LayoutFault) {
        layout = try LabelLayout(columns, choice: choice, layouts: layouts)
        (rows, self.columns) = (index + 1, columns)
        return
      } catch {
        reason = reason ?? error.reason
        if !error.isMissing { throw LabelFault(file: name, line: row.line, reason: error.reason) }
      }
    }
    throw LabelFault(file: name, line: first.line, reason: reason ?? "")
  }
}

/// Takes a label file's rows one by one.
struct LabelRows {
  var labels: [String: ImageLabel] = [:]
  private(set) var metadata: [String: ClinicalMetadata] = [:]
  private(set) var contradicted: Set<String> = []
  /// Rows that are named; the others are counted, so that a large file with a common mistake remains readable.
  static let namedRows = 20
  private var named: [String] = []
  private var unnamed = 0
  private(set) var duplicateRows = 0
  private(set) var open: [String: Int] = [:]
  private(set) var unmapped: [String: Int] = [:]
  private(set) var unreadable = UnreadableFields()
  private(set) var acquisition: AcquisitionColumn

  private let header: LabelHeader
  private let name: String
  private let attribute: Int?
  private let others: MetadataColumns
  /// Whether every row must say a code, as in the seed's and HAM10000's layouts.
  private let needsCode: Bool

  init(_ header: LabelHeader, name: String) {
    self.header = header
    self.name = name
    attribute = header.columns.place(of: ["lesion_attributes"])
    others = MetadataColumns(header.columns)
    acquisition = AcquisitionColumn(header.columns)
    if case .words(let place) = header.layout.diagnosis {
      needsCode = header.columns.plain[place] == "dx"
    } else {
      needsCode = false
    }
  }

  /// What a person should know of single rows: the first by name, the rest as a number.
  var remarks: [String] {
    unnamed == 0 ? named : named + ["\(name): \(unnamed) more rows like these"]
  }

  private mutating func remark(_ line: Int, _ text: @autoclosure () -> String) {
    if named.count < Self.namedRows { named.append("\(name), line \(line): \(text())") } else { unnamed += 1 }
  }

  mutating func add(_ row: CommaSeparatedValues.Row) throws(LabelFault) {
    let columns = header.columns
    guard row.fields.count <= columns.written.count else {
      throw LabelFault(
        file: name, line: row.line, reason: "\(row.fields.count) fields where the header has \(columns.written.count)")
    }
    let image = row.field(header.layout.image)
    let reading = try header.layout.diagnosis.reading(of: row, columns: columns, file: name)
    guard !image.isEmpty, !(needsCode && reading.words.isEmpty) else {
      throw LabelFault(file: name, line: row.line, reason: "an image's name or its code is missing")
    }
    let key = Labels.key(of: image)
    let details = others.metadata(row) { unreadable.add($0, $1) }
    metadata[key] = metadata[key]?.filled(from: details) ?? details
    acquisition.add(row, of: key)
    switch reading.result {
    case .open: open[reading.words, default: 0] += 1
    case .unknown: unmapped[reading.words, default: 0] += 1
    case .contradiction:
      contradicted.insert(key)
      remark(row.line, "\(key) is \(reading.words) at once; it counts as unlabelled")
    case .code(let code):
      let own = row.field(attribute)
      let isOther = code == DiagnosisMapping.otherCode && own.isEmpty && reading.words.uppercased() != code
      add(ImageLabel(code: code, attribute: isOther ? reading.words : own, line: row.line, metadata: details), key)
    }
  }

  private mutating func add(_ label: ImageLabel, _ key: String) {
    guard let earlier = labels[key] else {
      labels[key] = label
      return
    }
    if earlier.code == label.code {
      duplicateRows += 1
      remark(label.line, "\(key) is there again, as on line \(earlier.line)")
    } else {
      contradicted.insert(key)
      remark(
        label.line,
        "\(key) is \(label.code) here and \(earlier.code) on line \(earlier.line); it counts as unlabelled")
    }
  }
}
