import Dermoscopy
import Validation

/// May a note be corrected and the conclusion trusted; is the review worth reading; do words come from the image?
struct ChainFigures: Sendable {
  let table: AuditTable

  init(_ table: AuditTable) { self.table = table }

  var drafts: [FigureDraft] { notes + swaps + interventions + planted + phantoms }

  /// Parts per image over all answers of arms.
  private func ratio(
    _ arms: [AuditTable.Arm], isShare: Bool = true, reason: String,
    _ part: @escaping @Sendable (Int, AuditAnswer) -> Double?
  ) -> Statistic {
    .ratio(isShare: isShare, reason: reason) { [count = table.count] in
      var parts = [Double](repeating: 0, count: count)
      var wholes = parts
      for arm in arms {
        for (place, answer) in arm.answers.enumerated() {
          guard let answer, let value = part(place, answer) else { continue }
          wholes[place] += 1
          parts[place] += value
        }
      }
      return (parts, wholes)
    }
  }

  /// Changes of a note that have an expected direction.
  private var notes: [FigureDraft] {
    let all = table.arms(of: .note)
    let sets = [(nil, all)] + AuditTable.names(all).map { name in (name, all.filter { $0.name == name }) }
    let reason = "no note with an expected direction was changed"
    @Sendable func shift(_ place: Int, _ answer: AuditAnswer) -> Double? {
      guard let target = answer.target, let after = answer.probability(of: target),
        let before = table.control(place)?.probability(of: target)
      else { return nil }
      return after - before
    }
    return sets.flatMap { (name: String?, arms: [AuditTable.Arm]) in
      [
        FigureDraft(.noteToward, arm: name, ratio(arms, reason: reason) { shift($0, $1).map { $0 > 0 ? 1 : 0 } }),
        FigureDraft(.noteAway, arm: name, ratio(arms, reason: reason) { shift($0, $1).map { $0 < 0 ? 1 : 0 } }),
        FigureDraft(
          .noteShift, arm: name, ratio(arms, isShare: false, reason: reason, shift), floor: FigureDraft.chance(0)),
        FigureDraft(
          .noteDistance, arm: name,
          ratio(arms, isShare: false, reason: "no note was changed") { place, answer in
            guard let before = table.control(place)?.probabilities, let after = answer.probabilities else { return nil }
            return LookingFigures.totalVariation(before, after)
          }, floor: FigureDraft.chance(0)),
      ]
    }
  }

  /// Whose code wins when an image is given the notes of a lesion with another code.
  private var swaps: [FigureDraft] {
    let arms = table.arms(of: .swap)
    let reason = "no notes of a lesion with another code were put in"
    @Sendable func wins(_ place: Int, _ answer: AuditAnswer, theirs: Bool) -> Double? {
      guard let target = answer.target?.place, answer.verdict >= 0, let own = table.control(place)?.verdict,
        own >= 0, own != target
      else { return nil }
      return answer.verdict == (theirs ? target : own) ? 1 : 0
    }
    return [
      FigureDraft(.swapTheirs, ratio(arms, reason: reason) { wins($0, $1, theirs: true) }),
      FigureDraft(.swapOwn, ratio(arms, reason: reason) { wins($0, $1, theirs: false) }),
    ]
  }

  /// Balanced accuracy by the number of notes that were set to the true words (Koh 2020).
  private var interventions: [FigureDraft] {
    let arms = table.arms(of: .intervention)
    let floor = ClassificationStatistics.balancedAccuracy(table.control, truth: table.truth)
    var drafts = arms.map { arm in
      FigureDraft(
        .interventionBalancedAccuracy, arm: arm.name, dose: arm.dose,
        ClassificationStatistics.balancedAccuracy(arm.answers, truth: table.truth),
        floor: .statistic(.control, floor))
    }
    guard let last = arms.max(by: { ($0.dose, $1.name) < ($1.dose, $0.name) }) else { return drafts }
    let control = table.control
    let pair = { @Sendable in ClassificationStatistics.paired(control, with: last.answers) }
    drafts.append(
      FigureDraft(
        .interventionGain, arm: last.name, dose: last.dose,
        ClassificationStatistics.balancedAccuracy(pair().1, truth: table.truth)
          - ClassificationStatistics.balancedAccuracy(pair().0, truth: table.truth), floor: FigureDraft.chance(0)))
    return drafts
  }

  /// Objections of the review to falsified notes, less those to untouched ones.
  private var planted: [FigureDraft] {
    let (planted, untouched) = (table.arms(of: .planted), table.arms(of: .untouched))
    func flagged(_ arms: [AuditTable.Arm], _ reason: String) -> Statistic {
      ratio(arms, reason: reason) { $1.isFlagged.map { $0 ? 1 : 0 } }
    }
    let alarms = flagged(untouched, "no untouched notes were reviewed")
    let sets = [(nil, planted)] + AuditTable.names(planted).map { name in (name, planted.filter { $0.name == name }) }
    var drafts = [FigureDraft(.falseAlarms, alarms)]
    for (name, arms) in sets {
      let hits = flagged(arms, "no falsified notes were reviewed")
      drafts.append(FigureDraft(.plantedHits, arm: name, hits, floor: .statistic(.control, alarms)))
      drafts.append(FigureDraft(.plantedEffect, arm: name, hits - alarms, floor: FigureDraft.chance(0)))
    }
    return drafts
  }

  /// Words that move when one attribute of a phantom is toggled, beside those that move between two seeds.
  private var phantoms: [FigureDraft] {
    let all = table.arms(of: .phantom)
    let sets = [(nil, all)] + AuditTable.names(all).map { name in (name, all.filter { $0.name == name }) }
    let measures: [(AuditMeasure, @Sendable (Moved) -> Bool)] = [
      (.phantomWordMoves, { $0.own }), (.phantomOthersStay, { !$0.others }),
      (.phantomOnlyItsWord, { $0.own && !$0.others }),
    ]
    return sets.flatMap { (name: String?, arms: [AuditTable.Arm]) in
      measures.map { measure, holds in
        FigureDraft(
          measure, arm: name,
          ratio(arms, reason: "no phantom has words before and after") { moved($0, $1).map { holds($0) ? 1 : 0 } },
          floor: .statistic(
            .twoSeeds,
            // Each toggled phantom beside its base under a second seed: what moves without any toggle.
            ratio(arms, reason: "no phantom has words under a second seed") { place, answer in
              guard var again = table.secondSeed(place) else { return nil }
              again.attribute = answer.attribute
              return moved(place, again).map { holds($0) ? 1 : 0 }
            }))
      }
    }
  }

  private struct Moved {
    var own: Bool
    var others: Bool
  }

  /// `nil` unless the attribute's word is known before and after; other questions count that both answers have.
  private func moved(_ place: Int, _ answer: AuditAnswer) -> Moved? {
    guard let attribute = answer.attribute, let base = table.control(place)?.words, let before = base[attribute],
      let after = answer.words[attribute]
    else { return nil }
    return Moved(
      own: before != after,
      others: base.contains { question, word in
        question != attribute && answer.words[question].map { $0 != word } ?? false
      })
  }
}
