import Datasets
import Dermoscopy
import Tables
import Validation

/// Collects the answers of a table row by row, and checks them.
public struct AnswerGathering {
  private let name: String
  private let places: [AnswerFile.Column: Int]
  private let others: [String]
  private var answers: [AuditAnswer] = []
  private var sharing = AnswerSharing()
  /// The line of each answer, by what no two may have in common.
  private var lines: [Key: Int32] = [:]
  private var numbers: [String: Int32] = [:]
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
  public init() {
    name = "the audit's answers"
    places = Dictionary(uniqueKeysWithValues: zip(AnswerFile.Column.allCases, 0...))
    others = []
  }

  /// - Parameters:
  ///   - header: the table's first row.
  ///   - name: the table's name in messages.
  /// - Throws: `LabelFault` for a header that is missing or incomplete.
  init(header: CommaSeparatedValues.Row?, name: String) throws(LabelFault) {
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
  }

  /// Whether there is an answer to an original.
  public var hasControl: Bool { !truths.isEmpty }

  /// Adds rows of `audit.csv`, without their ends.
  ///
  /// - Throws: `LabelFault`, as `AnswerFile` does.
  public mutating func add(rows: [String]) throws(LabelFault) {
    let text = Array(rows.joined(separator: "\n").utf8)
    for row in try CommaSeparatedValues(text, name: name).rows { try add(row, isNew: true) }
  }

  /// Adds a row.
  ///
  /// - Parameter isNew: whether it is known to repeat no other.
  /// - Throws: `LabelFault` for a wrong value, and for a row that says the same as another.
  mutating func add(_ row: CommaSeparatedValues.Row, isNew: Bool = false) throws(LabelFault) {
    var answer = try AnswerRow(row, places: places, file: name).answer()
    answer.share(&sharing)
    if !isNew, let line = lines.updateValue(Int32(truncatingIfNeeded: row.line), forKey: key(answer)) {
      throw LabelFault(
        file: name, line: row.line, reason: "the same image, role, arm, dose and seed as in line \(line)")
    }
    if answer.role == .control {
      if answer.raw == nil { calibrated.insert(answer.image) }
      if let truth = truths.updateValue(answer.truth, forKey: answer.image), truth != answer.truth {
        throw LabelFault(file: name, line: row.line, reason: "\(answer.image) has another truth in an earlier row")
      }
    } else if answer.raw != nil, answer.role.asksAnotherPrompt, rawLines[answer.image] == nil {
      rawLines[answer.image] = row.line
    }
    answers.append(answer)
  }

  private mutating func key(_ answer: AuditAnswer) -> Key {
    Key(
      image: number(of: answer.image), arm: number(of: answer.arm), role: answer.role, hasSeed: answer.seed != nil,
      dose: answer.dose, seed: answer.seed ?? 0)
  }

  private mutating func number(of name: String) -> Int32 {
    if let number = numbers[name] { return number }
    let number = Int32(truncatingIfNeeded: numbers.count)
    numbers[name] = number
    return number
  }

  /// The answers in the rows' order, and remarks.
  ///
  /// - Throws: `LabelFault` for answers without a control, and for raw scores of a prompt whose control has none.
  public consuming func checked() throws(LabelFault) -> (answers: [AuditAnswer], remarks: [String]) {
    guard hasControl else {
      throw LabelFault(file: name, line: nil, reason: "no row has the role control, which all others are compared with")
    }
    if let first = rawLines.filter({ calibrated.contains($0.key) }).min(by: { $0.value < $1.value }) {
      throw LabelFault(
        file: name, line: first.value,
        reason: "raw scores of \(first.key), whose control has none to compare them with")
    }
    return (answers, others.isEmpty ? [] : ["columns that were not read: \(others.joined(separator: ", "))"])
  }
}
