import Dermoscopy
import Validation

/// The answers of an audit, image by image and arm by arm: what every figure is computed from.
///
/// In memory are the originals' answers under the first seed and, for each other answer, four bytes that say where it is. The
/// answers of an arm are read when they are asked for.
public struct AuditTable: Sendable {
  /// The answers of one arm at one dose, by image.
  struct Arm: Sendable {
    var name: String
    var dose: Int
    fileprivate var source: AnswerSource
    /// Where its answers are among all, by place of the image; -1 where there is none.
    fileprivate var places: [Int32]
    fileprivate var role: AuditRole

    /// Whether its answers may have raw scores that count.
    var mayBeRaw: Bool { role.asksAnotherPrompt }

    /// By place of the image; `nil` where the arm has no answer.
    ///
    /// They take 128 bytes an answer while they are held, and are read again each time.
    var answers: [AuditAnswer?] {
      places.map { index in
        guard index >= 0, var answer = source.answer(Int(index), withWords: role == .phantom) else { return nil }
        if !role.asksAnotherPrompt { answer.setRaw(nil) }
        return answer
      }
    }
  }

  /// Two sets of answers that can be compared: by place of the image, both calibrated or both raw.
  struct Terms: Sendable {
    var before: [AuditAnswer?]
    var after: [AuditAnswer?]
  }

  /// Images and lesions, in the order in which they are resampled.
  let cohort: Cohort
  /// The control's answers under the lowest seed, by image.
  let control: [AuditAnswer?]
  /// By image, the place of its truth among the four codes; -1 for another truth or none.
  let truth: [Int]
  /// What was left out, one sentence each.
  public let remarks: [String]
  private let source: AnswerSource
  private let controls: ControlPlaces
  private let arms: [AuditRole: [Arm]]
  private let outsiderPlaces: [Int32]

  /// Sorts answers. One of an arm's several answers to an image, that of the lowest seed counts; rows of an image without
  /// a control are left out, except those of `outOfScope`.
  public init(_ answers: [AuditAnswer]) { self.init(.memory(answers)) { _, _ in true } }

  /// Sorts answers on the disk, as above.
  ///
  /// - Parameters:
  ///   - answers: in any order.
  ///   - isKept: whether the answers of an arm count.
  public init(_ answers: AnswerSpool, isKept: (_ role: AuditRole, _ arm: String) -> Bool = { _, _ in true }) {
    self.init(.disk(answers), isKept: isKept)
  }

  private init(_ source: AnswerSource, isKept: (_ role: AuditRole, _ arm: String) -> Bool) {
    self.source = source
    let originals = OriginalImages(source, isKept: isKept)
    (cohort, controls, control) = (originals.cohort, originals.controls, originals.control)
    truth = cohort.examinations.map { one in
      guard case .code(let code)? = one.truth else { return -1 }
      return code.place
    }
    let places = Dictionary(cohort.examinations.enumerated().map { ($1.image, $0) }) { first, _ in first }
    var sorted: [AuditRole: [String: [Int: Arm]]] = [:]
    var stray = 0
    var outsiders: [Int32] = []
    source.forEach { index, one in
      guard one.role != .control, isKept(one.role, one.arm) else { return }
      if one.role == .outOfScope {
        outsiders.append(Int32(truncatingIfNeeded: index))
        return
      }
      guard let place = places[one.image] else {
        if !originals.repeats.contains(one.image) { stray += 1 }
        return
      }
      var arm =
        sorted[one.role]?[one.arm]?[one.dose]
        ?? Arm(
          name: one.arm, dose: one.dose, source: source, places: [Int32](repeating: -1, count: places.count),
          role: one.role)
      // Taken out while it is changed, so that nothing is copied.
      sorted[one.role]?[one.arm]?[one.dose] = nil
      let other = arm.places[place]
      if other < 0 || (source.answer(Int(other), withWords: false)?.seed ?? 0) > (one.seed ?? 0) {
        arm.places[place] = Int32(truncatingIfNeeded: index)
      }
      sorted[one.role, default: [:]][one.arm, default: [:]][one.dose] = arm
    }
    arms = sorted.mapValues { byName in
      byName.keys.sorted().flatMap { name in
        (byName[name] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      }
    }
    outsiderPlaces = outsiders
    remarks =
      (originals.repeats.isEmpty
        ? [] : ["\(originals.repeats.count) names of a picture that counts under another name were left out"])
      + (stray == 0 ? [] : ["\(stray) answers belong to images without a control and were left out"])
  }

  /// How many images there are.
  var count: Int { control.count }

  /// The arms of a role, by name and dose.
  func arms(of role: AuditRole) -> [Arm] { arms[role] ?? [] }

  /// The control as an arm.
  var controlArm: Arm {
    Arm(name: "", dose: 0, source: source, places: controls.column(0), role: .control)
  }

  /// Answers about what none of the codes is right for, in the order given.
  var outsiders: [AuditAnswer] { outsiderPlaces.compactMap { source.answer(Int($0), withWords: false) } }

  /// The control's answer to an image.
  func control(_ place: Int) -> AuditAnswer? { control[place] }

  /// The control's answers to an image, the lowest seed first.
  func controls(_ place: Int) -> [AuditAnswer] { controls.of(place).compactMap { source.answer(Int($0)) } }

  /// The most seeds that an image was read under.
  var mostSeeds: Int { controls.most }

  /// The control's answers under a further seed, by image: 1 for the second.
  func control(seed: Int) -> [AuditAnswer?] {
    controls.column(seed).map { $0 < 0 ? nil : source.answer(Int($0), withWords: false) }
  }

  /// The control's answers under the second seed, by image.
  var secondSeed: [AuditAnswer?] { control(seed: 1) }

  /// The control's answer to an image under the second seed, with its words.
  func secondSeed(_ place: Int) -> AuditAnswer? {
    controls.of(place).dropFirst().first.flatMap { source.answer(Int($0)) }
  }

  /// The control beside an arm: raw scores beside raw ones where the arm has them, because a calibration is fitted to one order
  /// of the codes and to one wording.
  func terms(of arm: Arm) -> Terms { terms(of: arm.answers, isRaw: true) }

  /// The control beside other answers.
  ///
  /// - Parameter isRaw: whether raw scores are compared where both have them.
  func terms(of answers: [AuditAnswer?], isRaw: Bool) -> Terms {
    var terms = Terms(before: control, after: answers)
    for place in answers.indices where isRaw {
      guard let before = terms.before[place]?.uncalibrated, let after = answers[place]?.uncalibrated else { continue }
      (terms.before[place], terms.after[place]) = (before, after)
    }
    return terms
  }

  /// Names of arms in order, each once.
  static func names(_ arms: [Arm]) -> [String] {
    arms.reduce(into: [String]()) { if $0.last != $1.name { $0.append($1.name) } }
  }
}
