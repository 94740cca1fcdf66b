import Dermoscopy
import Validation

/// One answer beside the answer to the original: what a reader should see with their own eyes.
public struct AnswerChange: Sendable, Hashable, Encodable {
  /// A verdict with its probabilities.
  public struct Side: Sendable, Hashable, Encodable {
    /// The most probable code.
    public var code: LesionCode
    /// The codes' probabilities in the order of `LesionCode.allCases`.
    public var probabilities: [Double]
    /// Where its random numbers started.
    public var seed: UInt64?

    enum CodingKeys: String, CodingKey {
      case code, probabilities, seed
    }

    /// Writes every key, `null` where there is nothing.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(code, forKey: .code)
      try container.encode(probabilities, forKey: .probabilities)
      try container.encode(seed, forKey: .seed)
    }
  }

  /// The question that it is an example for.
  public var family: AuditFamily
  /// The original's name.
  public var image: String
  /// What was done; `control` for another seed.
  public var role: AuditRole
  /// The arm's name.
  public var arm: String
  /// How much.
  public var dose: Int
  /// The ground truth, as labels spell it.
  public var truth: String?
  /// The code that the arm pushes towards.
  public var target: LesionCode?
  /// The answer to the original.
  public var before: Side
  /// The answer under the arm.
  public var after: Side
  /// Whether both have the scores before the model's calibration.
  public var isRaw: Bool

  enum CodingKeys: String, CodingKey {
    case family, image, role, arm, dose, truth, target, before, after, scores
  }

  /// Writes every key, `null` where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(family, forKey: .family)
    try container.encode(image, forKey: .image)
    try container.encode(role, forKey: .role)
    try container.encode(arm, forKey: .arm)
    try container.encode(dose, forKey: .dose)
    try container.encode(truth, forKey: .truth)
    try container.encode(target, forKey: .target)
    try container.encode(before, forKey: .before)
    try container.encode(after, forKey: .after)
    try container.encode(isRaw ? "raw" : "calibrated", forKey: .scores)
  }

  /// Half the sum of the probabilities' differences: how far the answer moved, 0 to 1.
  var distance: Double {
    zip(before.probabilities, after.probabilities).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
  }

  /// How bad a change is, 0 the worst: a melanoma lost, a right answer lost, one wrong answer for another, a mistake mended.
  var gravity: Int {
    switch (truth == before.code.rawValue, truth == after.code.rawValue) {
    case (true, _) where before.code == .melanoma: 0
    case (true, _): 1
    case (false, false): 2
    case (false, true): 3
    }
  }

  init?(_ before: AuditAnswer?, _ after: AuditAnswer, family: AuditFamily) {
    var (before, after) = (before, after)
    if after.role.asksAnotherPrompt, let first = before?.uncalibrated, let second = after.uncalibrated {
      (before, after, isRaw) = (first, second, true)
    } else {
      isRaw = false
    }
    guard let before, let first = Side(before), let second = Side(after) else { return nil }
    self.family = family
    (image, role, arm, dose) = (before.image, after.role, after.arm, after.dose)
    truth = before.truth?.name
    target = after.target
    (self.before, self.after) = (first, second)
  }
}

extension AnswerChange.Side {
  init?(_ answer: AuditAnswer) {
    guard let probabilities = answer.probabilities, answer.verdict >= 0 else { return nil }
    code = LesionCode.allCases[answer.verdict]
    self.probabilities = probabilities.indices.map { probabilities[$0] }
    seed = answer.seed
  }
}

/// Finds the worst changes of each family.
///
/// Where nothing of the lesion is left, an answer that changes is no fault, and one that stays is: for ``AuditFamily/looking``
/// the worst are the surest answers that stayed the same.
struct WorstChanges {
  /// How many of each family are shown.
  static let shown = 5
  /// Arms that leave nothing of a lesion; another lesion's picture may rightly get the same answer.
  static let withoutLesion: [AuditRole] = [.null, .erased]

  /// Arms under which an answer ought to change: with another lesion's notes, and of another phantom.
  static let expected: [AuditRole] = [.swap, .phantom]

  let table: AuditTable

  /// The worst of each family, one of an image at most; ties by image, arm and dose.
  var all: [AnswerChange] { AuditFamily.allCases.flatMap(worst) }

  private func worst(of family: AuditFamily) -> [AnswerChange] {
    var worst: [AnswerChange] = []
    func consider(_ place: Int, _ answer: AuditAnswer) {
      guard let before = table.control(place), let one = AnswerChange(before, answer, family: family),
        (one.before.code == one.after.code) == (family == .looking)
      else { return }
      if let own = worst.firstIndex(where: { $0.image == one.image }) {
        guard precedes(one, worst[own]) else { return }
        worst.remove(at: own)
      }
      worst.insert(one, at: worst.firstIndex { precedes(one, $0) } ?? worst.count)
      if worst.count > Self.shown { worst.removeLast() }
    }
    if family == .chance {
      for seed in 1..<max(table.mostSeeds, 1) { each(table.control(seed: seed), consider) }
    } else {
      for arm in arms(of: family) { each(arm.answers, consider) }
    }
    return worst
  }

  private func each(_ answers: [AuditAnswer?], _ body: (Int, AuditAnswer) -> Void) {
    for (place, answer) in answers.enumerated() { if let answer { body(place, answer) } }
  }

  private func arms(of family: AuditFamily) -> [AuditTable.Arm] {
    switch family {
    case .groups, .chance: []
    case .looking: Self.withoutLesion.flatMap(table.arms(of:))
    default:
      AuditRole.allCases.filter { $0.family == family && !Self.expected.contains($0) }.flatMap(table.arms(of:))
    }
  }

  private func precedes(_ one: AnswerChange, _ other: AnswerChange) -> Bool {
    let (first, second) = (rank(one), rank(other))
    if first != second { return first.lexicographicallyPrecedes(second) }
    return (one.image, one.role.rawValue, one.arm, one.dose) < (other.image, other.role.rawValue, other.arm, other.dose)
  }

  private func rank(_ change: AnswerChange) -> [Double] {
    change.family == .looking
      ? [-(change.after.probabilities.max() ?? 0)] : [Double(change.gravity), -change.distance]
  }
}
