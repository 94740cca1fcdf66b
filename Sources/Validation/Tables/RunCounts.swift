import Dermoscopy

/// Counts over a run's examinations, taken one at a time.
public struct RunCounts: Sendable, Hashable {
  /// How one question was answered.
  public struct Question: Sendable, Hashable {
    /// The question's id.
    public var id: String
    /// What people read.
    public var label: String
    /// Whether an answer may name several values.
    public var isMany: Bool
    /// Images by value, the protocol's values first and in their order; of an answer with several each counts.
    public var values: [(value: String, images: Int)] {
      let rest = byValue.keys.filter { !known.contains($0) }.sorted()
      return (known + rest).map { ($0, byValue[$0] ?? 0) }
    }
    /// The commonest whole answer; the first by name when several are.
    public var commonest: (answer: String, images: Int)? { RunCounts.commonest(byAnswer) }

    var known: [String]
    var byValue: [String: Int] = [:]
    var byAnswer: [String: Int] = [:]
  }

  /// An image that could not be read.
  public struct Failure: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Why.
    public var failure: ExaminationFailure
  }

  /// Failures that are listed one by one; of more only the number is kept.
  public static let listedFailures = 100
  /// A question, or the codes, with at least this share of identical answers is flagged (mode collapse).
  public static let majorityThreshold = 0.9
  /// Below this number of examinations, nothing is flagged.
  public static let leastForMajority = 10

  /// Examinations that ended in a report.
  public private(set) var examined = 0
  /// Of them, those without any flag.
  public private(set) var clean = 0
  /// Images by flag.
  public private(set) var flags: [QualityFlag: Int] = [:]
  /// Images by code.
  public private(set) var codes: [LesionCode: Int] = [:]
  /// Images by who chose the code.
  public private(set) var methods: [String: Int] = [:]
  /// In the protocol's order.
  public private(set) var questions: [Question]
  /// Images that could not be read.
  public private(set) var failed = 0
  /// The first of them.
  public private(set) var failures: [Failure] = []
  /// Milliseconds of all examinations together.
  public private(set) var milliseconds = 0.0

  /// No examination yet.
  public init(_ readingProtocol: ReadingProtocol) {
    questions = readingProtocol.questions.map { question in
      let isMany = question.answer.kind == .many
      return Question(id: question.id, label: question.label, isMany: isMany, known: question.answer.values)
    }
  }

  /// Counts a report.
  ///
  /// - Parameters:
  ///   - report: an examination's report.
  ///   - elapsed: milliseconds.
  public mutating func add(_ report: ExaminationReport, elapsed: Double) {
    examined += 1
    milliseconds += elapsed
    if report.flags.isEmpty { clean += 1 }
    for flag in report.flags { flags[flag, default: 0] += 1 }
    if let diagnosis = report.diagnosis {
      codes[diagnosis.code, default: 0] += 1
      methods[diagnosis.method.name, default: 0] += 1
    }
    for index in questions.indices {
      guard let answer = report.observations[questions[index].id]?.value else { continue }
      questions[index].byAnswer[answer, default: 0] += 1
      let values = questions[index].isMany ? report.observations.words(of: questions[index].id) : [answer]
      for value in values { questions[index].byValue[value, default: 0] += 1 }
    }
  }

  /// Counts an image that could not be read.
  public mutating func add(_ failure: ExaminationFailure, of name: String) {
    failed += 1
    if failures.count < Self.listedFailures { failures.append(Failure(name: name, failure: failure)) }
  }

  /// Milliseconds per image; `nil` without any.
  public var meanMilliseconds: Double? { examined > 0 ? milliseconds / Double(examined) : nil }

  /// The commonest code.
  public var commonestCode: (code: LesionCode, images: Int)? {
    LesionCode.allCases.reduce(nil) { best, code in
      guard let images = codes[code] else { return best }
      return images > (best?.images ?? 0) ? (code, images) : best
    }
  }

  /// Whether this number of identical answers reaches the warning threshold.
  public func isMajorityAnswer(_ images: Int) -> Bool {
    examined >= Self.leastForMajority && Double(images) >= Self.majorityThreshold * Double(examined)
  }

  fileprivate static func commonest(_ counts: [String: Int]) -> (answer: String, images: Int)? {
    counts.min { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
  }
}
