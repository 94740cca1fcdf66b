import Datasets
import Dermoscopy
import Tables
import Validation

/// A table of answers in the long format of `audit.csv`: one row for each image, arm, dose and seed.
public struct AnswerFile: Sendable {
  /// The answers, in the rows' order.
  public let answers: [AuditAnswer]
  /// Remarks: columns that were not read.
  public let remarks: [String]

  /// The columns that are read, in the order in which `audit.csv` writes them.
  public enum Column: String, Sendable, CaseIterable {
    /// The original's name; must be there.
    case image
    /// ``AuditRole``; must be there.
    case role
    /// The arm's name.
    case arm
    /// How much; a whole number.
    case dose
    /// The answer's seed.
    case seed
    /// The lesion.
    case lesion
    /// SHA-256 of the original.
    case picture
    /// The group of the image.
    case group
    /// The ground truth: a code, or another diagnosis' code.
    case truth
    /// The code that the examination ended in.
    case code
    /// P(MEL).
    case melanoma = "MEL"
    /// P(NV).
    case nevus = "NV"
    /// P(BCC).
    case basalCellCarcinoma = "BCC"
    /// P(BKL).
    case benignKeratosis = "BKL"
    /// The code that the arm pushes towards.
    case target
    /// The question whose word the arm changes.
    case attribute
    /// `Network=yes; Colors=brown, black`.
    case words
    /// 1 if the answer names a structure, 0 if not.
    case namesStructure = "names_structure"
    /// 1 if the review objects, 0 if not.
    case flagged
    /// L* of the skin around the lesion.
    case skinLightness = "skin_l"
    /// b* of the skin around the lesion.
    case skinYellowness = "skin_b"
    /// P(MEL) before the model's calibration.
    case rawMelanoma = "raw_MEL"
    /// P(NV) before it.
    case rawNevus = "raw_NV"
    /// P(BCC) before it.
    case rawBasalCellCarcinoma = "raw_BCC"
    /// P(BKL) before it.
    case rawBenignKeratosis = "raw_BKL"
  }

  /// Reads a file.
  ///
  /// - Throws: `LabelFault` that names file, line and reason.
  public init(path: String) throws(LabelFault) {
    try self.init(bytes: try Labels.bytes(ofFileAt: path, what: "table of answers"), name: path)
  }

  /// Reads a table's bytes. Every value is checked, and a row that says the same as another is refused.
  ///
  /// - Throws: `LabelFault`, as above.
  public init(bytes: [UInt8], name: String) throws(LabelFault) {
    let table = try CommaSeparatedValues(bytes, name: name, dialect: .spreadsheet)
    guard let header = table.rows.first else { throw LabelFault(file: name, line: nil, reason: "the file is empty") }
    var places: [Column: Int] = [:]
    var others: [String] = []
    for (place, field) in header.fields.enumerated() {
      guard let column = Column(rawValue: Self.trimmed(field)) else {
        others.append(Self.trimmed(field))
        continue
      }
      guard places.updateValue(place, forKey: column) == nil else {
        throw LabelFault(file: name, line: header.line, reason: "the column \(column.rawValue) is there twice")
      }
    }
    for column in [Column.image, .role] where places[column] == nil {
      throw LabelFault(
        file: name, line: header.line,
        reason: "the column \(column.rawValue) is missing; columns: "
          + Column.allCases.map(\.rawValue).joined(separator: ", "))
    }
    var answers: [AuditAnswer] = []
    var lines: [Key: Int] = [:]
    var truths: [String: Prediction.Truth?] = [:]
    for row in table.rows.dropFirst() {
      let answer = try AnswerRow(row, places: places, file: name).answer()
      if let line = lines.updateValue(row.line, forKey: Key(answer)) {
        throw LabelFault(
          file: name, line: row.line, reason: "the same image, role, arm, dose and seed as in line \(line)")
      }
      if answer.role == .control,
        truths.updateValue(answer.truth, forKey: answer.image).map({ $0 != answer.truth }) ?? false
      {
        throw LabelFault(file: name, line: row.line, reason: "\(answer.image) has another truth in an earlier row")
      }
      answers.append(answer)
    }
    guard answers.contains(where: { $0.role == .control }) else {
      throw LabelFault(file: name, line: nil, reason: "no row has the role control, which all others are compared with")
    }
    try Self.checkTerms(answers, lines, name)
    self.answers = answers
    remarks = others.isEmpty ? [] : ["columns that were not read: \(others.joined(separator: ", "))"]
  }

  /// Raw scores are compared with the control's raw ones, so these must be there.
  private static func checkTerms(
    _ answers: [AuditAnswer], _ lines: [Key: Int], _ name: String
  ) throws(LabelFault) {
    let calibrated = Set(answers.lazy.filter { $0.role == .control && $0.raw == nil }.map(\.image))
    guard !calibrated.isEmpty else { return }
    for one in answers where one.raw != nil && one.role.asksAnotherPrompt && calibrated.contains(one.image) {
      throw LabelFault(
        file: name, line: lines[Key(one)],
        reason: "raw scores of \(one.image), whose control has none to compare them with")
    }
  }

  private struct Key: Hashable {
    var image: String
    var role: AuditRole
    var arm: String
    var dose: Int
    var seed: UInt64?

    init(_ answer: AuditAnswer) {
      (image, role, arm, dose, seed) = (answer.image, answer.role, answer.arm, answer.dose, answer.seed)
    }
  }

  static func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
