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

  /// Compares both sides of each, one after the other.
  init(_ all: some Sequence<AuditTable.Terms>, count: Int) {
    let zeros = [Double](repeating: 0, count: count)
    (clear, close, pairs) = (zeros, zeros, zeros)
    for terms in all {
      for place in 0..<count {
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
}

/// The shares of changes between pairs of answers, which are read when they are compared.
struct FlipShares: Sendable {
  let flips: @Sendable () -> Flips
  /// The share of clear changes.
  let clear: Statistic
  /// The share of close changes.
  let close: Statistic
  private let reason: String

  init(reason: String, _ flips: @escaping @Sendable () -> Flips) {
    self.flips = flips
    self.reason = reason
    clear = .ratio(reason: reason) {
      let flips = flips()
      return (flips.clear, flips.pairs)
    }
    close = .ratio(reason: reason) {
      let flips = flips()
      return (flips.close, flips.pairs)
    }
  }

  /// The share of all changes.
  var all: Statistic {
    .ratio(reason: reason) { [flips] in
      let flips = flips()
      return (zip(flips.clear, flips.close).map { $0 + $1 }, flips.pairs)
    }
  }
}

extension AuditTable {
  /// Changes between the control's first seed and each further one: the floor of every other change.
  var seedFlips: FlipShares { seedFlips(beside: []) }

  /// The same on the terms on which some arms are compared.
  func seedFlips(beside arms: [Arm]) -> FlipShares {
    FlipShares(reason: Self.noSecondSeed) {
      let isRaw = arms.contains { $0.mayBeRaw && $0.answers.contains { $0?.raw != nil } }
      return Flips(
        (1..<max(mostSeeds, 1)).lazy.map { terms(of: control(seed: $0), isRaw: isRaw) }, count: count)
    }
  }

  /// Changes of the verdict by arms.
  func flips(_ arms: [Arm], reason: String) -> FlipShares {
    FlipShares(reason: reason) { Flips(arms.lazy.map(terms), count: count) }
  }

  /// Clear and close changes of arms beside those between seeds, under two measures' names.
  func flips(
    _ arms: [Arm], clear: AuditMeasure, close: AuditMeasure, arm: String? = nil, floor: FlipShares? = nil
  ) -> [FigureDraft] {
    let flips = flips(arms, reason: "no image was asked both ways")
    let floor = floor ?? seedFlips(beside: arms)
    return [
      FigureDraft(clear, arm: arm, flips.clear, floor: .statistic(.twoSeeds, floor.clear)),
      FigureDraft(close, arm: arm, flips.close, floor: .statistic(.twoSeeds, floor.close)),
    ]
  }

  static let noSecondSeed = "no image was read under a second seed"
}
