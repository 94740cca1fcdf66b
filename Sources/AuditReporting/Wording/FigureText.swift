import AuditStatistics
import Dermoscopy
import Validation

/// Figures as people read them: shares out of 100, floors as what they would be without the effect.
struct FigureText {
  let figure: AuditFigure

  init(_ figure: AuditFigure) { self.figure = figure }

  /// The value; a dash where there is none.
  var value: String {
    guard let value = figure.estimate.value else { return "–" }
    if figure.measure.isProbability { return Self.number(value, figure.measure.unit) + " percentage points" }
    return Self.value(value, figure.measure.unit)
  }

  /// The value for large type, and what follows it in small type: a difference has its direction in words.
  var headline: (number: String, unit: String) {
    guard let value = figure.estimate.value else { return ("–", "") }
    func directed(_ above: String, _ below: String) -> (String, String) {
      (Self.number(abs(value), figure.measure.unit), "of 100 \(value < 0 ? below : above)")
    }
    switch figure.measure {
    case .cameraMeanDrop: return directed("fewer", "more")
    case .printedEffect, .sycophancy: return directed("more", "fewer")
    case .anotherPhotograph where figure.estimate.count < Scorecard.manyLesions:
      let count = figure.estimate.count
      return (String(Int((value * Double(count)).rounded())), "of \(count)")
    default:
      let text = self.value
      return (text.replacing(" of 100", with: ""), text.hasSuffix(" of 100") ? "of 100" : "")
    }
  }

  /// The interval, such as "55 to 66"; empty where there is none.
  var interval: String {
    guard let low = figure.estimate.low, let high = figure.estimate.high else { return "" }
    return "\(Self.number(low, figure.measure.unit)) to \(Self.number(high, figure.measure.unit))"
  }

  /// The value with its unit.
  static func value(_ value: Double, _ unit: AuditMeasure.Unit) -> String {
    let text = number(value, unit)
    return switch unit {
    case .share, .number: text + " of 100"
    case .bits, .nats: text
    case .codes: text + " of 4"
    }
  }

  /// The number alone; shares and areas out of 100, to a tenth below 10.
  static func number(_ value: Double, _ unit: AuditMeasure.Unit) -> String {
    switch unit {
    case .share, .number: hundredths(value)
    case .bits, .nats: signed(NumberFormat.decimal(value, digits: 2))
    case .codes: NumberFormat.decimal(value, digits: 1)
    }
  }

  private static func hundredths(_ share: Double) -> String {
    let value = share * 100
    let isSmall = abs(value) < 9.95 && abs(value - value.rounded()) > 0.05
    return signed(NumberFormat.decimal(value, digits: isSmall ? 1 : 0))
  }

  private static func signed(_ text: String) -> String { text.replacing("-", with: "−") }

  /// What the figure would be without the effect, in words; `nil` where its definition has no floor.
  var floor: String? {
    guard let floor = figure.floor else { return nil }
    guard let value = floor.estimate.value else {
      return floor.estimate.reason.map { "nothing to compare with: \($0)" }
    }
    let unit = figure.measure.unit
    func range(_ estimate: Estimate) -> String {
      guard let low = estimate.low, let high = estimate.high else { return Self.number(value, unit) }
      return "\(Self.number(low, unit)) to \(Self.number(high, unit))"
    }
    return switch floor.kind {
    case .chance: "\(chance): \(Self.number(value, unit))"
    case .twoSeeds: "asked again with nothing changed: \(Self.number(value, unit))"
    case .permutation:
      "by luck alone: \(Self.number(value, unit)), up to \(Self.number(floor.estimate.high ?? value, unit))"
    case .control: "\(control): \(Self.number(value, unit))"
    case .calibrationLuck: "luck of the few cases alone: \(range(floor.estimate))"
    }
  }

  private var chance: String {
    switch figure.measure {
    case .balancedAccuracy, .nullBalancedAccuracy, .partBalancedAccuracy: "by guessing"
    case .melanomaArea, .partMelanomaArea, .scopeArea: "by tossing a coin"
    case .aurc, .augrc: "if it set aside at random"
    case .calibrationError, .shiftedCalibrationError: "even with perfect probabilities"
    default: "if it made no difference"
    }
  }

  private var control: String {
    switch figure.measure {
    case .printedSuccess: "with a word that means nothing"
    case .plantedHits: "notes left alone"
    case .errorsAt80, .melanomasMissedAt80: "with none set aside"
    case .interventionBalancedAccuracy: "with the notes as they were"
    case .scopeConfident: "about lesions that it knows"
    default: "on the originals"
    }
  }

  /// What it belongs to: an arm with its strength, a diagnosis, a group; empty for none.
  var subject: String {
    let dose = figure.dose.flatMap { dose in
      figure.arm == nil ? "strength \(dose)" : (dose == 0 ? nil : String(dose))
    }
    let arm = [figure.arm.map(ArmText.name), dose].compactMap(\.self).joined(separator: " ")
    return [arm.isEmpty ? nil : arm, diagnosis, group].compactMap(\.self).joined(separator: ", ")
  }

  /// The group; of what is out of scope, the diagnosis in words or what was shown instead of a lesion.
  private var group: String? {
    guard [.scopeArea, .scopeConfident].contains(figure.measure) else { return figure.group }
    return figure.group.map { ArmText.name(LesionCode.diagnosis(ofTruth: $0)) }
  }

  /// The code in words, where the title does not say it.
  private var diagnosis: String? {
    switch figure.measure {
    case .coverage, .shiftedCoverage: figure.code?.diagnosis
    case .melanomaRange: figure.code == nil ? "all lesions" : "melanomas alone"
    default: nil
    }
  }
}

/// Names of arms as people read them.
enum ArmText {
  /// Underscores are spaces.
  static func name(_ name: String) -> String { known[name] ?? name.replacing("_", with: " ") }

  /// Names that say too little beside a title.
  private static let known = [
    "erased": "the lesion painted over", "lesion_only": "the lesion alone", "silhouette": "the outline alone",
    "box": "the lesion under a box", "large_box": "most of the picture under a box",
    "shuffled_tiles": "tiles in another order", "another_lesion": "another lesion’s picture",
    "no_image": "no picture at all", "skin_card": "a card of the skin’s colour", "noise_card": "a card of noise",
    "blank": "an empty card", "noise": "a card of noise",
  ]

  /// An arm at a dose; the control under its own name.
  static func name(_ name: String, role: AuditRole, dose: Int) -> String {
    if role == .note, name == "without" {
      return "without " + (dose == 1 ? "the notes" : dose == 2 ? "the description" : "notes and description")
    }
    guard !name.isEmpty else { return Self.name(of: role) + (dose == 0 ? "" : " \(dose)") }
    return Self.name(name) + (dose == 0 ? "" : ", \(unit(of: role)) \(dose)")
  }

  private static func unit(of role: AuditRole) -> String {
    switch role {
    case .camera: "strength"
    case .printed, .neutral: "size"
    case .intervention: "notes:"
    case .order: "order"
    default: "dose"
    }
  }

  /// What a role does to the picture or to the question.
  static func name(of role: AuditRole) -> String {
    switch role {
    case .control: "the original"
    case .camera: "another camera"
    case .view: "turned or mirrored"
    case .null: "no lesion to see"
    case .otherImage: "another lesion’s picture"
    case .erased: "the lesion painted over"
    case .lesionOnly: "the lesion alone"
    case .silhouette: "the outline alone"
    case .box: "the lesion under a box"
    case .shuffled: "tiles in another order"
    case .printed: "a printed diagnosis"
    case .neutral: "a printed word that means nothing"
    case .order: "another order of the diagnoses"
    case .paraphrase: "another wording"
    case .opinion: "somebody’s opinion"
    case .outOfScope: "none of the four diagnoses"
    case .note: "one note changed"
    case .swap: "another lesion’s notes"
    case .intervention: "notes corrected"
    case .planted: "a note falsified before the review"
    case .untouched: "notes left alone before the review"
    case .phantom: "one feature of a drawn lesion changed"
    }
  }

  /// The question of a family, as a heading.
  static func heading(of family: AuditFamily) -> String {
    switch family {
    case .camera: "Another camera, another day"
    case .looking: "Does it look?"
    case .words: "Printed and spoken words"
    case .chance: "Does it know when it errs?"
    case .chain: "From notes to conclusions"
    case .groups: "Groups"
    }
  }

  /// What became of an arm.
  static func status(_ status: AuditedArm.Status) -> String {
    switch status {
    case .run: "run"
    case .leftOut: "left out"
    case .notApplicable: "not applicable"
    }
  }
}
