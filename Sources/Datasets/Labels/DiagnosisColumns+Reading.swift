import Foundation

extension DiagnosisColumns {
  /// What a row says.
  ///
  /// - Throws: ``LabelFault`` for a field with a value that the layout does not allow.
  func reading(
    of row: CommaSeparatedValues.Row, columns: ColumnNames, file: String
  ) throws(LabelFault) -> DiagnosisReading {
    switch self {
    case .words(let place):
      return DiagnosisReading(words: row.field(place))
    case .levels(let places, let words):
      let levels = places.map { row.field($0) }.filter { !MetadataColumns.isUnknown($0) }
      guard let last = levels.last else { return DiagnosisReading(words: row.field(words)) }
      return DiagnosisReading(last, DiagnosisMapping.meaning(ofLevels: levels))
    case .oneHot(let places):
      var chosen: [String] = []
      for place in places where try Self.isSet(row, place, columns, file) { chosen.append(columns.written[place]) }
      guard chosen.count < 2 else { return DiagnosisReading(chosen.joined(separator: " and "), .contradiction) }
      return DiagnosisReading(words: chosen.first ?? "")
    case .target(let target, let words):
      let diagnosis = DiagnosisReading(words: row.field(words))
      let isBlank = MetadataColumns.isUnknown(row.field(target))
      guard !isBlank else { return diagnosis }
      let isMelanoma = try Self.isSet(row, target, columns, file)
      let pair = "\(diagnosis.words) with \(columns.written[target]) \(row.field(target))"
      switch (isMelanoma, diagnosis.result) {
      case (true, .open): return DiagnosisReading(words: "melanoma")
      case (true, .code("MEL")): return diagnosis
      case (true, _), (false, .code("MEL")): return DiagnosisReading(pair, .contradiction)
      default: return diagnosis
      }
    case .clinical(let digit, let histology):
      let names = ["0": "common nevus", "1": "atypical nevus", "2": "melanoma"]
      let field = row.field(digit)
      guard let clinical = names[field] ?? (MetadataColumns.isUnknown(field) ? "" : nil) else {
        throw LabelFault(
          file: file, line: row.line, reason: "\(columns.written[digit]) is \(field), which is none of 0, 1 and 2")
      }
      return Self.firstOf(row.field(histology), clinical)
    case .crosses(let places, let histology):
      let crossed = places.filter { !row.field($0).isEmpty }.map { columns.written[$0] }
      guard crossed.count < 2 else { return DiagnosisReading(crossed.joined(separator: " and "), .contradiction) }
      return Self.firstOf(row.field(histology), crossed.first ?? "")
    }
  }

  /// The histological diagnosis if it gives a code, otherwise the clinical one.
  private static func firstOf(_ histology: String, _ clinical: String) -> DiagnosisReading {
    let (first, second) = (DiagnosisReading(words: histology), DiagnosisReading(words: clinical))
    guard case .code(let code) = first.result else { return first.result == .unknown ? first : second }
    if case .code(let other) = second.result, other != code {
      return DiagnosisReading("\(histology), clinically \(clinical)", .contradiction)
    }
    return first
  }

  /// Whether a field is 1 and not 0. A model's probabilities are not ground truth.
  private static func isSet(
    _ row: CommaSeparatedValues.Row, _ place: Int, _ columns: ColumnNames, _ file: String
  ) throws(LabelFault) -> Bool {
    let field = row.field(place)
    if field.isEmpty { return false }
    switch Double(field.replacing(",", with: ".")) {
    case 0: return false
    case 1: return true
    case .some(let number) where (0..<1).contains(number):
      throw LabelFault(
        file: file, line: row.line,
        reason: "\(columns.written[place]) is \(field): a probability, where a ground truth has 0 or 1")
    default:
      throw LabelFault(
        file: file, line: row.line, reason: "\(columns.written[place]) is \(field), where a ground truth has 0 or 1")
    }
  }
}
