import Datasets
import Dermoscopy
import Tables
import Validation

/// One row of a table of answers.
struct AnswerRow {
  private let row: CommaSeparatedValues.Row
  private let places: [AnswerFile.Column: Int]
  private let file: String

  init(_ row: CommaSeparatedValues.Row, places: [AnswerFile.Column: Int], file: String) {
    self.row = row
    self.places = places
    self.file = file
  }

  private static let probabilityColumns: [AnswerFile.Column] = [
    .melanoma, .nevus, .basalCellCarcinoma, .benignKeratosis,
  ]
  private static let rawColumns: [AnswerFile.Column] = [
    .rawMelanoma, .rawNevus, .rawBasalCellCarcinoma, .rawBenignKeratosis,
  ]

  /// The row's answer.
  ///
  /// - Throws: `LabelFault` for a value that is none.
  func answer() throws(LabelFault) -> AuditAnswer {
    guard let image = text(.image) else { throw fault("an image's name is missing") }
    guard let role = text(.role).flatMap(AuditRole.init) else {
      throw fault(
        "the role is \(text(.role).map { "'\($0)'" } ?? "missing"), not one of "
          + AuditRole.allCases.map(\.rawValue).joined(separator: ", "))
    }
    var answer = AuditAnswer(
      image: image, role: role, arm: text(.arm) ?? "", dose: try number(.dose) ?? 0, seed: try number(.seed),
      truth: text(.truth).map { Prediction.Truth($0) }, code: try code(.code),
      probabilities: try probabilities(Self.probabilityColumns))
    answer.setRaw(try probabilities(Self.rawColumns))
    answer.lesion = text(.lesion)
    answer.picture = text(.picture)
    answer.group = text(.group)
    answer.target = try code(.target)
    answer.attribute = text(.attribute)
    answer.words = try words()
    answer.namesStructure = try yesOrNo(.namesStructure)
    answer.isFlagged = try yesOrNo(.flagged)
    if let lightness = try decimal(.skinLightness), let yellowness = try decimal(.skinYellowness) {
      guard let skin = SkinLightness(lightness: lightness, yellowness: yellowness) else {
        throw fault("skin_l is \(lightness), which is not from 0 to 100")
      }
      answer.skin = skin
    }
    return answer
  }

  /// A cell without spaces around it and without a spreadsheet's guard; `nil` for an empty one.
  private func text(_ column: AnswerFile.Column) -> String? {
    guard let place = places[column], row.fields.indices.contains(place) else { return nil }
    let text = AnswerFile.trimmed(CSVRow.original(row.fields[place]))
    return text.isEmpty ? nil : text
  }

  private func fault(_ reason: String) -> LabelFault { LabelFault(file: file, line: row.line, reason: reason) }

  private func number<Number: FixedWidthInteger>(_ column: AnswerFile.Column) throws(LabelFault) -> Number? {
    guard let text = text(column) else { return nil }
    guard let number = Number(text) else { throw fault("\(column.rawValue) is '\(text)', not a whole number") }
    return number
  }

  private func decimal(_ column: AnswerFile.Column) throws(LabelFault) -> Double? {
    guard let text = text(column) else { return nil }
    guard let number = Double(text), number.isFinite else {
      throw fault("\(column.rawValue) is '\(text)', not a number")
    }
    return number
  }

  private func code(_ column: AnswerFile.Column) throws(LabelFault) -> LesionCode? {
    guard let text = text(column) else { return nil }
    guard let code = LesionCode(rawValue: text.uppercased()) else {
      throw fault("\(column.rawValue) is '\(text)', not MEL, NV, BCC or BKL")
    }
    return code
  }

  private func yesOrNo(_ column: AnswerFile.Column) throws(LabelFault) -> Bool? {
    switch text(column) {
    case nil: nil
    case "1": true
    case "0": false
    case .some(let text): throw fault("\(column.rawValue) is '\(text)', not 0 or 1")
    }
  }

  private func probabilities(_ columns: [AnswerFile.Column]) throws(LabelFault) -> [Double]? {
    var values: [Double] = []
    for column in columns {
      if let value = try decimal(column) { values.append(value) }
    }
    guard !values.isEmpty else { return nil }
    guard values.count == columns.count else {
      throw fault("only \(values.count) of the four probabilities \(Self.names(columns)) are there")
    }
    guard AuditAnswer.areUsable(values) else {
      throw fault("\(Self.names(columns)) are \(values), not four probabilities that sum to 1")
    }
    return values
  }

  private static func names(_ columns: [AnswerFile.Column]) -> String {
    columns.dropLast().map(\.rawValue).joined(separator: ", ") + " and \(columns.last?.rawValue ?? "")"
  }

  private func words() throws(LabelFault) -> [String: String] {
    var words: [String: String] = [:]
    for part in (text(.words) ?? "").split(separator: ";") {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard sides.count == 2 else { throw fault("words has '\(part)', not Question=word; Question=word") }
      let question = AnswerFile.trimmed(String(sides[0]))
      guard words.updateValue(AnswerFile.trimmed(String(sides[1])), forKey: question) == nil else {
        throw fault("words has \(question) twice")
      }
    }
    return words
  }
}
