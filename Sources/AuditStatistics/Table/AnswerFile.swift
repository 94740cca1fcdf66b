import Datasets
import Dermoscopy
import Tables
import Validation

/// A table of answers in the long format of `audit.csv`: one row for each image, arm, dose and seed.
public struct AnswerFile: Sendable {
  /// The answers on the disk, in the rows' order.
  public let spool: AnswerSpool
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

  /// All answers, in memory.
  public var answers: [AuditAnswer] { spool.all }

  /// Reads a file. An audit's own `audit.csv` is read piece by piece, and so is one of more than 64 MiB, which must be as that is:
  /// UTF-8, with commas.
  ///
  /// - Throws: `LabelFault` that names file, line and reason; `UnwritableFile` if the answers cannot be put on the disk.
  public init(path: String) throws {
    if AnswerPieces.isNeeded(for: path) {
      try self.init(try AnswerPieces(path: path).gathering())
    } else {
      try self.init(bytes: try Labels.bytes(ofFileAt: path, what: "table of answers"), name: path)
    }
  }

  /// Reads a table's bytes. Every value is checked, and a row that says the same as another is refused.
  ///
  /// - Throws: `LabelFault` and `UnwritableFile`, as above.
  public init(bytes: [UInt8], name: String) throws {
    let table = try CommaSeparatedValues(bytes, name: name, dialect: .spreadsheet)
    var gathering = try AnswerGathering(header: table.rows.first, name: name)
    for row in table.rows.dropFirst() { try gathering.add(row) }
    try self.init(gathering)
  }

  /// The answers in some rows of `audit.csv`, without its header.
  ///
  /// - Throws: `LabelFault` for a row that is none.
  public static func answers(of rows: [String]) throws(LabelFault) -> [AuditAnswer] {
    let name = "the audit's answers"
    let places = Dictionary(uniqueKeysWithValues: zip(Column.allCases, 0...))
    var answers: [AuditAnswer] = []
    for row in try CommaSeparatedValues(Array(rows.joined(separator: "\n").utf8), name: name).rows {
      answers.append(try AnswerRow(row, places: places, file: name).answer())
    }
    return answers
  }

  /// What was gathered.
  ///
  /// - Throws: `LabelFault` for answers without a control, and for raw scores whose control has none.
  init(_ gathering: consuming AnswerGathering) throws {
    (spool, remarks) = try gathering.checked()
  }

  static func trimmed(_ text: String) -> String {
    String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
