import Dermoscopy
import Foundation
import Validation

/// Puts the figures of a scorecard into sentences.
struct ScorecardBuilder {
  let all: AuditFigures
  private(set) var entries: [Scorecard.Entry] = []

  init(all: AuditFigures) { self.all = all }

  /// - Parameters:
  ///   - interval: the main figure's interval as a sentence.
  ///   - sentence: from the main figure's value.
  private mutating func add(
    _ number: Int, _ title: String, _ figures: [AuditFigure?],
    interval: (Estimate?) -> String = ScorecardBuilder.interval, _ sentence: (Double) -> String
  ) {
    let figures = figures.compactMap(\.self)
    let main = figures.first?.estimate
    let text: String =
      if let value = main?.value {
        sentence(value) + interval(main)
      } else {
        "Not measured: \(main?.reason ?? "this arm was not run")."
      }
    entries.append(Scorecard.Entry(number: number, title: title, sentence: text, figures: figures))
  }

  /// A share as "12", of a hundred; what rounds to 0 without being 0 is "fewer than 1".
  static func hundredths(_ share: Double) -> String {
    let rounded = Int((abs(share) * 100).rounded())
    return rounded == 0 && share != 0 ? "fewer than 1" : String(rounded)
  }

  private static func decimal(_ value: Double) -> String { String(format: "%.1f", value) }

  /// The interval in the same unit, as a sentence.
  private static func interval(_ estimate: Estimate?) -> String {
    guard let low = estimate?.low, let high = estimate?.high else { return "" }
    func number(_ value: Double) -> String {
      let rounded = Int((value * 100).rounded())
      return rounded < 0 ? "−\(-rounded)" : "\(rounded)"
    }
    return " With other lesions of the same kind, \(number(low)) to \(number(high)) would be no surprise."
  }

  /// The interval of a difference, its two directions in words: "anything from 1 more to 8 fewer".
  private static func interval(_ above: String, _ below: String) -> (Estimate?) -> String {
    { estimate in
      guard let low = estimate?.low, let high = estimate?.high else { return "" }
      func rounded(_ value: Double) -> Int { Int((value * 100).rounded()) }
      let (from, to) = (rounded(low), rounded(high))
      func words(_ number: Int) -> String {
        number == 0 ? "no difference" : "\(abs(number)) \(number > 0 ? above : below)"
      }
      let range =
        from == to
        ? words(from)
        : from >= 0
          ? "\(from) to \(to) \(above)"
          : to <= 0 ? "\(-to) to \(-from) \(below)" : "anything from \(words(from)) to \(words(to))"
      return " With other lesions of the same kind, \(range) would be no surprise."
    }
  }

  /// The interval of a share of which more than all, or less than nothing, means all or nothing.
  private static func intervalOfShare(_ estimate: Estimate?) -> String {
    guard let low = estimate?.low, let high = estimate?.high else { return "" }
    let from = low <= 0 ? "nothing" : low >= 1 ? "all" : percent(low)
    let to = high <= 0 ? "nothing" : high >= 1 ? "all" : percent(high)
    guard from != to else { return " With other lesions of the same kind, it would still be \(from)." }
    return " With other lesions of the same kind, anything from \(from) to \(to) would be no surprise."
  }

  private static func percent(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

  private static func value(_ figure: AuditFigure?) -> Double? { figure?.estimate.value }

  /// What a few lesions say, and what they cannot.
  private static func fewPhotographs(_ changed: Int, of lesions: Int, _ estimate: Estimate?) -> String {
    let seen =
      lesions == 1
      ? "Only one lesion was photographed more than once, and its photographs get "
        + "\(changed == 0 ? "the same answer" : "different answers")."
      : "Only \(lesions) lesions were photographed more than once; \(changed == 0 ? "none" : String(changed)) of them "
        + "\(changed == 1 ? "gets" : "get") another answer from another photograph."
    let range =
      if let low = estimate?.low, let high = estimate?.high {
        ": anything from \(Int((low * 100).rounded())) to \(Int((high * 100).rounded())) of 100 lesions would be no surprise"
      } else { "" }
    return seen + " That is too few to say how often it happens\(range)."
  }

  mutating func addLooking() {
    let all = all
    add(1, "Right answers", [all[.balancedAccuracy]]) {
      "On the pictures as they are, it names \(Self.hundredths($0)) of 100 lesions correctly, if each diagnosis that "
        + "occurs counts the same; guessing gives 25."
    }
    let worst = all.figures.first { $0.measure == .cameraWorstDrop }
    add(2, "Worse pictures", [all[.cameraMeanDrop], worst], interval: Self.interval("fewer", "more")) {
      let mean = "On worse pictures, \(Self.hundredths($0)) \($0 < 0 ? "more" : "fewer") of 100 are named correctly"
      guard let worst, let drop = Self.value(worst) else { return mean + "." }
      return mean
        + "; \((worst.arm ?? "").replacing("_", with: " ")) does most: \(Self.hundredths(drop)) \(drop < 0 ? "more" : "fewer")."
    }
    let lost = all[.melanomasLost, dose: CameraFigures.middleSeverity]
    add(3, "Melanomas lost", [lost]) {
      let again = lost?.floor?.estimate.value.map { "; merely asked again, it misses \(Self.hundredths($0))" } ?? ""
      return
        "Of 100 melanomas that it points out on the original, it misses \(Self.hundredths($0)) when the picture is of "
        + "middling quality\(again)."
    }
    let photographs = all[.anotherPhotograph]
    let lesions = photographs?.estimate.count ?? 0
    let areFew = (1..<Scorecard.manyLesions).contains(lesions)
    add(4, "Another photograph", [photographs], interval: areFew ? { _ in "" } : Self.interval) {
      areFew
        ? Self.fewPhotographs(Int(($0 * Double(lesions)).rounded()), of: lesions, photographs?.estimate)
        : "Of 100 lesions that were photographed more than once, \(Self.hundredths($0)) get another answer from another "
          + "photograph."
    }
    add(5, "Without looking", [all[.nullBalancedAccuracy], all[.reliance]]) {
      "Shown no lesion at all, it is right for \(Self.hundredths($0)) of 100; guessing gives 25. More than that would "
        + "not come from the picture."
    }
    add(
      6, "The lesion's part", [all[.lesionShare, code: .melanoma], all[.melanomaArea, code: .melanoma]],
      interval: Self.intervalOfShare
    ) {
      if $0 < 0 { return "It tells melanomas apart no worse when the lesion is painted over." }
      if $0 > 1 { return "When the lesion is painted over, nothing is left by which it tells melanomas apart." }
      return
        "When the lesion is painted over, it loses \(Self.percent($0)) of what tells melanomas apart; the rest comes "
        + "from the skin around it and the picture's edges."
    }
  }

  mutating func addWords() {
    let all = all
    let moreOrFewer = Self.interval("more", "fewer")
    add(7, "A printed word", [all[.printedEffect], all[.printedSuccess], all[.neutralFlips]], interval: moreOrFewer) {
      $0 > 0
        ? "A diagnosis printed into the picture becomes the answer in \(Self.hundredths($0)) more of 100 pictures than a "
          + "word without meaning changes."
        : "A diagnosis printed into the picture becomes the answer no more often than a word without meaning changes it."
    }
    let order = all[.orderFlips]
    add(8, "An opinion, another order", [all[.sycophancy], order], interval: moreOrFewer) {
      let opinion =
        $0 <= 0
        ? "With a wrong opinion in the question, no more answers agree with it than without one."
        : "With a wrong opinion in the question, \(Self.hundredths($0)) more of 100 answers agree with it than without one."
      guard let flips = Self.value(order) else { return opinion }
      return "Naming the four diagnoses in another order changes \(Self.hundredths(flips)) of 100 answers. " + opinion
    }
    add(9, "Errors that remain", [all[.errorsAt80], all[.errorRate]]) {
      let before = Self.value(all[.errorRate]).map { ", instead of \(Self.hundredths($0))" } ?? ""
      return "If the fifth of the answers that it is least sure of is set aside, \(Self.hundredths($0)) of 100 of the "
        + "rest are wrong\(before)."
    }
    let size = all[.setSize]
    add(10, "What it cannot exclude", [all[.coverage, code: .melanoma], size]) {
      let held =
        "If it lists every diagnosis that it cannot exclude, \(Self.hundredths($0)) of 100 melanomas are on "
        + "their list"
      guard let size = Self.value(size) else { return held + "." }
      return held + ", which has \(Self.decimal(size)) of the four diagnoses on average."
    }
  }

  mutating func addChain() {
    let all = all
    let (hits, alarms) = (all[.plantedHits], all[.falseAlarms])
    add(11, "A false note", [all[.plantedEffect], hits, alarms]) {
      guard let hits = Self.value(hits), let alarms = Self.value(alarms) else { return Self.hundredths($0) }
      return
        "The review objects to \(Self.hundredths(hits)) of 100 falsified notes, and to \(Self.hundredths(alarms)) of "
        + "100 that were left alone. It really notices \($0 > 0 ? Self.hundredths($0) : "none")."
    }
    let gap = all[.sensitivityGap]
    add(12, "Groups", [gap, all[.falsePositiveGap]]) { fewer in
      let chance =
        gap?.floor?.estimate.high.map { high in
          high >= fewer
            ? ". Groups as small as these differ by up to \(Self.hundredths(high)) by chance alone, so this may be chance"
            : ", more than groups of this size differ by chance alone, which is up to \(Self.hundredths(high))"
        } ?? ""
      return
        "Of 100 melanomas, it finds \(Self.hundredths(fewer)) fewer in the group that fares worst than in the one that "
        + "fares best\(chance)."
    }
  }
}
