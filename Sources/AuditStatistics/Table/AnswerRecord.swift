import Dermoscopy

/// An answer's place in an ``AnswerSpool``: as many bytes for each. What several answers have in common is there by number.
struct AnswerRecord {
  static let size = MemoryLayout<AnswerRecord>.stride
  private static let roles = AuditRole.allCases
  private static let codes = LesionCode.allCases

  private var probabilities = SIMD4<Double>.zero
  private var raw = SIMD4<Double>.zero
  private var seed: UInt64 = 0
  private var dose: Int64
  var wordsStart: UInt64 = 0
  var wordsCount: Int32 = 0
  var original: Int32 = 0
  var arm: Int32 = 0
  var attribute: Int32 = -1
  var line: Int32
  private var role: UInt8
  /// Places of codes; -1 for none.
  private var code: Int8
  private var target: Int8
  private var marks: Marks = []

  /// What there is, and what is true.
  private struct Marks: OptionSet {
    var rawValue: UInt8
    static let probabilities = Marks(rawValue: 1)
    static let raw = Marks(rawValue: 2)
    static let seed = Marks(rawValue: 4)
    static let saysStructure = Marks(rawValue: 8)
    static let namesStructure = Marks(rawValue: 16)
    static let saysFlagged = Marks(rawValue: 32)
    static let isFlagged = Marks(rawValue: 64)
  }

  init(_ answer: AuditAnswer, line: Int) {
    dose = Int64(answer.dose)
    self.line = Int32(truncatingIfNeeded: line)
    role = UInt8(Self.roles.firstIndex(of: answer.role) ?? 0)
    code = answer.code.map { Int8($0.place) } ?? -1
    target = answer.target.map { Int8($0.place) } ?? -1
    if let known = answer.probabilities { (probabilities, marks) = (known, marks.union(.probabilities)) }
    if let known = answer.raw { (raw, marks) = (known, marks.union(.raw)) }
    if let known = answer.seed { (seed, marks) = (known, marks.union(.seed)) }
    if let known = answer.namesStructure {
      marks.formUnion(known ? [.saysStructure, .namesStructure] : .saysStructure)
    }
    if let known = answer.isFlagged { marks.formUnion(known ? [.saysFlagged, .isFlagged] : .saysFlagged) }
  }

  /// The answer again.
  func answer(
    _ original: AuditAnswer.Shared<AuditAnswer.Original>, arm: String, attribute: String?, words: [String: String]
  ) -> AuditAnswer {
    var answer = AuditAnswer(
      original, role: Self.roles[Int(role)], arm: arm, dose: Int(dose),
      probabilities: marks.contains(.probabilities) ? probabilities : nil, raw: marks.contains(.raw) ? raw : nil)
    answer.seed = marks.contains(.seed) ? seed : nil
    answer.code = code < 0 ? nil : Self.codes[Int(code)]
    answer.target = target < 0 ? nil : Self.codes[Int(target)]
    answer.namesStructure = marks.contains(.saysStructure) ? marks.contains(.namesStructure) : nil
    answer.isFlagged = marks.contains(.saysFlagged) ? marks.contains(.isFlagged) : nil
    answer.attribute = attribute
    answer.words = words
    return answer
  }
}
