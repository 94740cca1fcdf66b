import Dermoscopy

/// Changes of the verdict between two answers to one image.
///
/// A change is clear if both answers lead by more than ``clearMargin``; otherwise it is close, and counted apart, because
/// then a second seed might have changed it too. Ties are broken by the order of the codes, so a tie changes nothing.
struct Flips: Sendable {
  /// Least lead of the most probable code over the next in an answer that is not close (AUDIT.md, 1).
  static let clearMargin = 0.1

  /// By image: clear changes, close changes, compared pairs.
  private(set) var clear: [Double]
  private(set) var close: [Double]
  private(set) var pairs: [Double]

  /// Compares each set of answers with the first one.
  init(_ reference: [AuditAnswer?], _ others: [[AuditAnswer?]]) {
    self.init(others.map { AuditTable.Terms(before: reference, after: $0) }, count: reference.count)
  }

  /// Compares both sides of each.
  init(_ all: [AuditTable.Terms], count: Int) {
    let zeros = [Double](repeating: 0, count: count)
    (clear, close, pairs) = (zeros, zeros, zeros)
    for place in 0..<count {
      for terms in all {
        guard let first = terms.before[place], let second = terms.after[place], first.verdict >= 0, second.verdict >= 0
        else { continue }
        pairs[place] += 1
        guard first.verdict != second.verdict else { continue }
        if Self.isClear(first), Self.isClear(second) { clear[place] += 1 } else { close[place] += 1 }
      }
    }
  }

  /// Without probabilities there is no margin, and every change counts as clear.
  private static func isClear(_ answer: AuditAnswer) -> Bool { answer.margin.map { $0 > clearMargin } ?? true }

  /// The share of clear changes.
  func clearShare(_ reason: String) -> Statistic { .ratio(clear, of: pairs, reason: reason) }
  /// The share of close changes.
  func closeShare(_ reason: String) -> Statistic { .ratio(close, of: pairs, reason: reason) }
  /// The share of all changes.
  func share(_ reason: String) -> Statistic {
    .ratio(zip(clear, close).map { $0 + $1 }, of: pairs, reason: reason)
  }
}

extension AuditTable {
  /// Changes between the control's first seed and each further one: the floor of every other change.
  var seedFlips: Flips { seedFlips(beside: []) }

  /// The same on the terms on which some arms are compared.
  func seedFlips(beside arms: [Arm]) -> Flips {
    let most = controls.map(\.count).max() ?? 0
    let isRaw = arms.contains { $0.answers.contains { $0?.raw != nil } }
    return Flips(
      (1..<max(most, 1)).map { seed in
        terms(of: controls.map { seed < $0.count ? $0[seed] : nil }, isRaw: isRaw)
      }, count: count)
  }

  /// Clear and close changes of arms beside those between seeds, under two measures' names.
  func flips(_ arms: [Arm], clear: AuditMeasure, close: AuditMeasure, arm: String? = nil) -> [FigureDraft] {
    let flips = Flips(arms.map(terms), count: count)
    let floor = seedFlips(beside: arms)
    let reason = "no image was asked both ways"
    return [
      FigureDraft(
        clear, arm: arm, flips.clearShare(reason),
        floor: .statistic(.twoSeeds, floor.clearShare(Self.noSecondSeed))),
      FigureDraft(
        close, arm: arm, flips.closeShare(reason),
        floor: .statistic(.twoSeeds, floor.closeShare(Self.noSecondSeed))),
    ]
  }

  static let noSecondSeed = "no image was read under a second seed"
}
