/// The areas under one code's curves, summed from the highest score to the lowest.
struct AreaSums {
  /// Least sensitivity of the partial area, as numerator and denominator: integers compare exactly.
  private static let (least, whole) = (4, 5)

  private let positives: Int
  private let negatives: Int
  private var truePositives = 0
  private var falsePositives = 0
  /// Whether everything that was summed is a whole number, so that it may be summed in any order.
  private(set) var isWhole = true
  /// At the tie that ended last.
  private var lastTruePositives = 0
  private var lastFalsePositives = 0
  private var twiceArea = 0
  private var twicePart = 0.0
  private var precision = 0.0
  private var at80 = 0
  private var at95 = 0

  init(positives: Int, negatives: Int) {
    self.positives = positives
    self.negatives = negatives
  }

  @inline(__always) mutating func add(positive: Int, negative: Int) {
    truePositives &+= positive
    falsePositives &+= negative
  }

  /// Adds ties that have no positive image, all at once: between two positive ones, areas grow by the same height.
  @inline(__always) mutating func add(negativesBetween count: Int) {
    falsePositives &+= count
    lastFalsePositives = falsePositives
    let rectangle = count &* (2 &* truePositives)
    twiceArea &+= rectangle
    if truePositives &* Self.whole >= Self.least &* positives { twicePart += Double(rectangle) }
  }

  /// An image that no resample drew changes nothing here, so there is no need to ask.
  @inline(__always) mutating func endTie() {
    let width = falsePositives &- lastFalsePositives
    let gain = truePositives &- lastTruePositives
    let trapezoid = width &* (lastTruePositives &+ truePositives)
    twiceArea &+= trapezoid
    if truePositives &* Self.whole >= Self.least &* positives {
      if lastTruePositives &* Self.whole >= Self.least &* positives {
        twicePart += Double(trapezoid)
      } else {
        let floor = Double(Self.least &* positives) / Double(Self.whole)
        let left = Double(width) * (floor - Double(lastTruePositives)) / Double(gain)
        twicePart += (Double(width) - left) * (floor + Double(truePositives))
        isWhole = width == 0
      }
    }
    precision += Double(gain) * (Double(truePositives) / Double(max(truePositives &+ falsePositives, 1)))
    (lastTruePositives, lastFalsePositives) = (truePositives, falsePositives)
    if falsePositives &* 100 <= 20 &* negatives { at80 = truePositives }
    if falsePositives &* 100 <= 5 &* negatives { at95 = truePositives }
  }

  var areas: ScoreRanking.Areas {
    var areas = ScoreRanking.Areas()
    areas.averagePrecision = precision / Double(positives)
    guard negatives > 0 else { return areas }
    let rectangle = 2 * Double(positives) * Double(negatives)
    areas.auc = Double(twiceArea) / rectangle
    areas.aboveSensitivity = twicePart / rectangle
    areas.sensitivityAt80 = Double(at80) / Double(positives)
    areas.sensitivityAt95 = Double(at95) / Double(positives)
    return areas
  }
}
