import Dermoscopy
import Validation

/// The answers of an audit, image by image and arm by arm: what every figure is computed from.
public struct AuditTable: Sendable {
  /// The answers of one arm at one dose, by image.
  struct Arm: Sendable {
    var name: String
    var dose: Int
    /// By place of the image; `nil` where the arm has no answer.
    var answers: [AuditAnswer?]
  }

  /// Where an arm's answers are among all, by place of the image; -1 where there is none.
  private struct Places: Sendable {
    var name: String
    var dose: Int
    var answers: [Int32]
  }

  /// Two sets of answers that can be compared: by place of the image, both calibrated or both raw.
  struct Terms: Sendable {
    var before: [AuditAnswer?]
    var after: [AuditAnswer?]
  }

  /// Images and lesions, in the order in which they are resampled.
  let cohort: Cohort
  /// The control's answers of each image, the lowest seed first.
  let controls: [[AuditAnswer]]
  /// By image, the place of its truth among the four codes; -1 for another truth or none.
  let truth: [Int]
  /// All answers, as they were given.
  private let answers: [AuditAnswer]
  private let arms: [AuditRole: [Places]]
  /// Answers about what none of the codes is right for, in the order given.
  let outsiders: [AuditAnswer]
  /// What was left out, one sentence each.
  public let remarks: [String]

  /// Sorts answers. One of an arm's several answers to an image, that of the lowest seed counts; rows of an image without
  /// a control are left out, except those of `outOfScope`.
  public init(_ answers: [AuditAnswer]) {
    var controls: [String: [AuditAnswer]] = [:]
    for one in answers where one.role == .control { controls[one.image, default: []].append(one) }
    var pictures: Set<String> = []
    var repeats: Set<String> = []
    for image in controls.keys.sorted() {
      guard let picture = controls[image]?.first?.picture, !pictures.insert(picture).inserted else { continue }
      repeats.insert(image)
      controls[image] = nil
    }
    let cohort = Cohort(
      controls.values.compactMap { rows in
        rows.min { ($0.seed ?? 0) < ($1.seed ?? 0) }.map {
          Prediction(
            image: $0.image, truth: $0.truth, predicted: $0.code, lesion: $0.lesion, picture: $0.picture)
        }
      })
    self.cohort = cohort
    self.controls = cohort.examinations.map { one in
      (controls[one.image] ?? []).sorted { ($0.seed ?? 0) < ($1.seed ?? 0) }
    }
    truth = cohort.examinations.map { one in
      guard case .code(let code)? = one.truth else { return -1 }
      return code.place
    }
    let places = Dictionary(cohort.examinations.enumerated().map { ($1.image, $0) }) { first, _ in first }
    var sorted: [AuditRole: [String: [Int: Places]]] = [:]
    var stray = 0
    for (index, one) in answers.enumerated() where one.role != .control && one.role != .outOfScope {
      guard let place = places[one.image] else {
        if !repeats.contains(one.image) { stray += 1 }
        continue
      }
      var arm =
        sorted[one.role]?[one.arm]?[one.dose]
        ?? Places(name: one.arm, dose: one.dose, answers: [Int32](repeating: -1, count: places.count))
      // Taken out while it is changed, so that nothing is copied.
      sorted[one.role]?[one.arm]?[one.dose] = nil
      let other = Int(arm.answers[place])
      if other < 0 || (answers[other].seed ?? 0) > (one.seed ?? 0) {
        arm.answers[place] = Int32(truncatingIfNeeded: index)
      }
      sorted[one.role, default: [:]][one.arm, default: [:]][one.dose] = arm
    }
    arms = sorted.mapValues { byName in
      byName.keys.sorted().flatMap { name in
        (byName[name] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
      }
    }
    self.answers = answers
    outsiders = answers.filter { $0.role == .outOfScope }
    remarks =
      (repeats.isEmpty ? [] : ["\(repeats.count) names of a picture that counts under another name were left out"])
      + (stray == 0 ? [] : ["\(stray) answers belong to images without a control and were left out"])
  }

  /// How many images there are.
  var count: Int { controls.count }

  /// The arms of a role, by name and dose.
  ///
  /// They are put together when they are asked for, and take 128 bytes an answer: ask once, and not image by image.
  func arms(of role: AuditRole) -> [Arm] {
    (arms[role] ?? []).map { arm in
      Arm(
        name: arm.name, dose: arm.dose,
        answers: arm.answers.map { index in
          guard index >= 0 else { return nil }
          var answer = answers[Int(index)]
          if !role.asksAnotherPrompt { answer.setRaw(nil) }
          return answer
        })
    }
  }

  /// The control's answer to an image.
  func control(_ place: Int) -> AuditAnswer? { controls[place].first }

  /// The control's answers, by image.
  var control: [AuditAnswer?] { controls.map(\.first) }

  /// The control's answers under the second seed, by image.
  var secondSeed: [AuditAnswer?] { controls.map { $0.count > 1 ? $0[1] : nil } }

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
