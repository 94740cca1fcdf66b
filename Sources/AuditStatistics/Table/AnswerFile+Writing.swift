import AtomicFiles
import Dermoscopy
import Tables

extension AnswerFile {
  /// Writes the answers as `audit.csv`; the file appears whole or not at all.
  ///
  /// - Throws: `UnwritableFile`.
  public func write(to path: String) throws(UnwritableFile) {
    let file = try AtomicFile(path)
    try file.write(Self.header + "\n")
    for index in 0..<spool.count {
      if let answer = spool.answer(index) { try file.write(Self.row(answer) + "\n") }
    }
    try spool.check()
    try file.finish()
  }

  /// The first row of `audit.csv`, without its end.
  public static let header = CSVRow.text(Column.allCases.map(\.rawValue))

  /// An answer's row of `audit.csv`, without its end. ``init(bytes:name:)`` reads the same answer from it.
  ///
  /// Numbers have all the digits that they need. A semicolon within a word becomes a comma, since semicolons part the words.
  public static func row(_ answer: AuditAnswer) -> String {
    CSVRow.text(Column.allCases.map { text($0, of: answer) })
  }

  private static func text(_ column: Column, of answer: AuditAnswer) -> String {
    func digit(_ truth: Bool?) -> String { truth.map { $0 ? "1" : "0" } ?? "" }
    func probability(_ code: LesionCode) -> String { answer.probability(of: code).map { "\($0)" } ?? "" }
    func raw(_ code: LesionCode) -> String { answer.raw.map { "\($0[code.place])" } ?? "" }
    return switch column {
    case .image: answer.image
    case .role: answer.role.rawValue
    case .arm: answer.arm
    case .dose: String(answer.dose)
    case .seed: answer.seed.map(String.init) ?? ""
    case .lesion: answer.lesion ?? ""
    case .picture: answer.picture ?? ""
    case .group: answer.group ?? ""
    case .truth: answer.truth?.name ?? ""
    case .code: answer.code?.rawValue ?? ""
    case .melanoma: probability(.melanoma)
    case .nevus: probability(.nevus)
    case .basalCellCarcinoma: probability(.basalCellCarcinoma)
    case .benignKeratosis: probability(.benignKeratosis)
    case .rawMelanoma: raw(.melanoma)
    case .rawNevus: raw(.nevus)
    case .rawBasalCellCarcinoma: raw(.basalCellCarcinoma)
    case .rawBenignKeratosis: raw(.benignKeratosis)
    case .target: answer.target?.rawValue ?? ""
    case .attribute: answer.attribute ?? ""
    case .words:
      answer.words.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.replacing(";", with: ","))" }
        .joined(separator: "; ")
    case .namesStructure: digit(answer.namesStructure)
    case .flagged: digit(answer.isFlagged)
    case .skinLightness: answer.skin.map { "\($0.lightness)" } ?? ""
    case .skinYellowness: answer.skin.map { "\($0.yellowness)" } ?? ""
    }
  }
}
