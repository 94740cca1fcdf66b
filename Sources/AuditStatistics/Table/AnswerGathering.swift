import AtomicFiles
import Datasets
import Dermoscopy
import Tables
import Validation

/// Collects the answers of a table row by row, checks them, and puts them on the disk.
///
/// In memory are only what answers have in common and, of a table whose rows are not image by image, what tells a row from
/// others.
public struct AnswerGathering {
  private let name: String
  private let places: [AnswerFile.Column: Int]
  private let others: [String]
  private let spool: AnswerSpool
  /// The line of each answer of this image, by what no two may have in common; of every answer once an image came again.
  private var lines: [Key: Int32] = [:]
  private var current: Int32 = -1
  private var isImageByImage = true
  private var images: [String: Int32] = [:]
  private var arms: [String: Int32] = [:]
  private var truths: [String: Prediction.Truth?] = [:]
  /// Images with a control that has no raw scores, and the first line of other raw scores of each image.
  private var calibrated: Set<String> = []
  private var rawLines: [String: Int] = [:]

  /// What no two answers may have in common; image and arm by number.
  private struct Key: Hashable {
    var image: Int32
    var arm: Int32
    var role: AuditRole
    var hasSeed: Bool
    var dose: Int
    var seed: UInt64
  }

  /// A collection of the rows of `audit.csv`.
  ///
  /// - Parameter folder: where the answers' file is while it lasts.
  /// - Throws: `UnwritableFile`.
  public init(in folder: String) throws(UnwritableFile) {
    spool = try AnswerSpool(in: folder)
    name = "the audit's answers"
    places = Dictionary(uniqueKeysWithValues: zip(AnswerFile.Column.allCases, 0...))
    others = []
  }

  /// - Parameters:
  ///   - header: the table's first row.
  ///   - name: the table's name in messages.
  /// - Throws: `LabelFault` for a header that is missing or incomplete; `UnwritableFile`.
  init(header: CommaSeparatedValues.Row?, name: String) throws {
    guard let header else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    var places: [AnswerFile.Column: Int] = [:]
    var others: [String] = []
    for (place, field) in header.fields.enumerated() {
      guard let column = AnswerFile.Column(rawValue: AnswerFile.trimmed(field)) else {
        others.append(AnswerFile.trimmed(field))
        continue
      }
      guard places.updateValue(place, forKey: column) == nil else {
        throw LabelFault(file: name, line: header.line, reason: "the column \(column.rawValue) is there twice")
      }
    }
    for column in [AnswerFile.Column.image, .role] where places[column] == nil {
      throw LabelFault(
        file: name, line: header.line,
        reason: "the column \(column.rawValue) is missing; columns: "
          + AnswerFile.Column.allCases.map(\.rawValue).joined(separator: ", "))
    }
    (self.name, self.places, self.others) = (name, places, others)
    spool = try AnswerSpool()
  }

  /// Whether there is an answer to an original.
  public var hasControl: Bool { !truths.isEmpty }

  /// Adds rows of `audit.csv`, without their ends.
  ///
  /// - Throws: `LabelFault` and `UnwritableFile`, as `AnswerFile` does.
  public mutating func add(rows: [String]) throws {
    let text = Array(rows.joined(separator: "\n").utf8)
    for row in try CommaSeparatedValues(text, name: name).rows { try add(row, isNew: true) }
  }

  /// Adds a row.
  ///
  /// - Parameter isNew: whether it is known to repeat no other.
  /// - Throws: `LabelFault` for a wrong value, and for a row that says the same as another; `UnwritableFile`.
  mutating func add(_ row: CommaSeparatedValues.Row, isNew: Bool = false) throws {
    let answer = try AnswerRow(row, places: places, file: name).answer()
    if !isNew { try refuse(answer, sameAsAnotherBefore: row.line) }
    if answer.role == .control {
      if answer.raw == nil { calibrated.insert(answer.image) }
      if let truth = truths.updateValue(answer.truth, forKey: answer.image), truth != answer.truth {
        throw LabelFault(file: name, line: row.line, reason: "\(answer.image) has another truth in an earlier row")
      }
    } else if answer.raw != nil, answer.role.asksAnotherPrompt, rawLines[answer.image] == nil {
      rawLines[answer.image] = row.line
    }
    try spool.append(answer, line: row.line)
  }

  private mutating func refuse(_ answer: AuditAnswer, sameAsAnotherBefore line: Int) throws {
    let isKnown = images[answer.image] != nil
    let key = key(answer)
    if isImageByImage, key.image != current {
      lines.removeAll(keepingCapacity: true)
      current = key.image
      if isKnown {
        // The image came before others: from now on, every row is compared with all.
        isImageByImage = false
        try spool.flush()
        spool.forEachLine { lines[self.key($0)] = $1 }
      }
    }
    if let other = lines.updateValue(Int32(truncatingIfNeeded: line), forKey: key) {
      throw LabelFault(
        file: name, line: line, reason: "the same image, role, arm, dose and seed as in line \(other)")
    }
  }

  private mutating func key(_ answer: AuditAnswer) -> Key {
    Key(
      image: Self.number(of: answer.image, in: &images), arm: Self.number(of: answer.arm, in: &arms), role: answer.role,
      hasSeed: answer.seed != nil, dose: answer.dose, seed: answer.seed ?? 0)
  }

  private static func number(of name: String, in numbers: inout [String: Int32]) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(truncatingIfNeeded: numbers.count)
    numbers[name] = number
    return number
  }

  /// The answers in the rows' order, and remarks.
  ///
  /// - Throws: `LabelFault` for answers without a control, and for raw scores of a prompt whose control has none;
  ///   `UnwritableFile`.
  public consuming func checked() throws -> (answers: AnswerSpool, remarks: [String]) {
    guard hasControl else {
      throw LabelFault(file: name, line: nil, reason: "no row has the role control, which all others are compared with")
    }
    if let first = rawLines.filter({ calibrated.contains($0.key) }).min(by: { $0.value < $1.value }) {
      throw LabelFault(
        file: name, line: first.value,
        reason: "raw scores of \(first.key), whose control has none to compare them with")
    }
    try spool.flush()
    return (spool, others.isEmpty ? [] : ["columns that were not read: \(others.joined(separator: ", "))"])
  }
}
