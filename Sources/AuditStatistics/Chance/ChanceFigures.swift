import Dermoscopy
import Foundation
import Validation

/// Does it know when it errs?
struct ChanceFigures {
  /// The coverage that the scorecard speaks of, in percent.
  static let coverage = 80
  /// An answer above this is called sure.
  static let sure = 0.8

  let table: AuditTable
  let resampling: Cohort.Resampling

  var drafts: [FigureDraft] { entropies + selection + calibration }

  /// The entropy of a distribution given by counts, in bits.
  static func entropy(_ counts: some Sequence<Int>) -> Double {
    let counts = counts.filter { $0 > 0 }
    let all = Double(counts.reduce(0, +))
    // A sum that begins with 0: one certain answer would else give −0.
    return counts.reduce(0) { $0 - Double($1) / all * log2(Double($1) / all) } + 0
  }

  private static func entropy<Value: Hashable>(of values: [Value]) -> Double? {
    guard values.count > 1 else { return nil }
    return entropy(values.reduce(into: [Value: Int]()) { $0[$1, default: 0] += 1 }.values)
  }

  private var entropies: [FigureDraft] {
    var (codes, words, questions): ([Double?], [Double?], [Double?]) = ([], [], [])
    for place in 0..<table.count {
      let rows = table.controls(place)
      codes.append(Self.entropy(of: rows.compactMap(\.code)))
      words.append(Self.entropy(of: rows.map(\.words).filter { !$0.isEmpty }))
      let asked = Set(rows.flatMap(\.words.keys)).sorted()
      let entropies = asked.compactMap { question in Self.entropy(of: rows.compactMap { $0.words[question] }) }
      questions.append(entropies.isEmpty ? nil : entropies.reduce(0, +) / Double(entropies.count))
    }
    let (ofCodes, ofWords, ofQuestions) = (codes, words, questions)
    return [
      FigureDraft(.codeEntropy, .mean(ofCodes, reason: AuditTable.noSecondSeed), floor: FigureDraft.chance(0)),
      FigureDraft(
        .semanticEntropy, .mean(ofWords, reason: "no image has words under two seeds"), floor: FigureDraft.chance(0)),
      FigureDraft(
        .questionEntropy, .mean(ofQuestions, reason: "no image has words under two seeds"),
        floor: FigureDraft.chance(0)),
    ]
  }

  /// The control's risks; wrong are verdicts other than the truth.
  var riskCoverage: RiskCoverage {
    RiskCoverage(table.control) { place, answer in
      table.truth[place] >= 0 ? answer.verdict != table.truth[place] : nil
    }
  }

  private var selection: [FigureDraft] {
    let risk = riskCoverage
    let melanoma = LesionCode.melanoma.place
    let isMelanoma = table.truth.map { $0 == melanoma }
    let missed = RiskCoverage(table.control) { place, answer in
      table.truth[place] >= 0 ? isMelanoma[place] && answer.verdict != melanoma : nil
    }
    let all = risk.risk(atCoverage: 100)
    let noMelanoma = "no melanoma has probabilities"
    return [
      FigureDraft(.errorsAt80, risk.risk(atCoverage: Self.coverage), floor: .statistic(.control, all)),
      FigureDraft(
        .melanomasMissedAt80, code: .melanoma,
        missed.missed(atCoverage: Self.coverage, among: isMelanoma, reason: noMelanoma),
        floor: .statistic(.control, missed.missed(atCoverage: 100, among: isMelanoma, reason: noMelanoma))),
      FigureDraft(.aurc, risk.aurc, floor: .statistic(.chance, all)),
      FigureDraft(.augrc, risk.augrc, floor: .statistic(.chance, .combine([all]) { $0[0] / 2 })),
    ]
  }

  private var plain: Reliability { Reliability([{ table.control }], truth: table.truth) }

  /// Of answers of severity 3, each under the image that it belongs to.
  private var shifted: Reliability {
    let middle = table.arms(of: .camera).filter { $0.dose == CameraFigures.middleSeverity }
    return Reliability(middle.map { arm in { arm.answers } }, truth: table.truth)
  }

  private var calibration: [FigureDraft] {
    [(AuditMeasure.calibrationError, plain), (.shiftedCalibrationError, shifted)].map { measure, reliability in
      return FigureDraft(
        measure, reliability.expectedError,
        floor: .fixed(AuditFloor(.chance, reliability.floor(seed: resampling.seed))))
    }
  }

  /// Reliability of the control's most probable code, and of those of severity 3.
  var bins: (plain: CalibrationBins, shifted: CalibrationBins) {
    let ones = table.cohort.unitWeights
    return (plain.bins(ones), shifted.bins(ones))
  }
}
