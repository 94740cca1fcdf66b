/// One code's ranking as thousands of resamples walk through it: from one positive image, or tie with one, to the next. What
/// lies between is only summed, which takes a small part of the time, because of four codes three are not an image's.
struct RankedSteps: Sendable {
  /// An image in the ranking.
  struct Entry {
    var image: UInt32
    var isPositive: Bool
    /// Whether the next one has a smaller score.
    var endsTie: Bool
  }

  /// The way to the next positive image: ends of its parts in ``images``.
  private struct Step: Sendable {
    /// Of the ties without a positive image.
    var between: UInt32
    /// Of the tie's negative images.
    var negatives: UInt32
    /// Of the tie's positive images.
    var positives: UInt32
  }

  /// Places in the weights, by descending score; in a tie the negative ones first.
  private let images: [UInt32]
  private let steps: [Step]

  /// Above this product of positives and negatives, sums of areas are no longer exact in 53 bits.
  private static let mostPairs = 1 << 52

  /// - Parameter ranking: by descending score.
  init(_ ranking: [Entry]) {
    var images: [UInt32] = []
    images.reserveCapacity(ranking.count)
    var steps: [Step] = []
    var between: UInt32 = 0
    var tie: [Entry] = []
    for entry in ranking {
      tie.append(entry)
      guard entry.endsTie else { continue }
      images += tie.lazy.filter { !$0.isPositive }.map(\.image)
      let negatives = UInt32(images.count)
      images += tie.lazy.filter(\.isPositive).map(\.image)
      if images.count > Int(negatives) {
        steps.append(Step(between: between, negatives: negatives, positives: UInt32(images.count)))
      }
      between = images.count > Int(negatives) ? UInt32(images.count) : negatives
      tie.removeAll(keepingCapacity: true)
    }
    steps.append(Step(between: between, negatives: between, positives: between))
    self.images = images
    self.steps = steps
  }

  /// Areas and operating points, to the last bit those of `ScoreRanking.areasOneByOne(_:_:)`; `nil` where they have to be summed
  /// image by image.
  func areas(_ weights: [UInt32], _ totals: (positives: Int, negatives: Int)) -> ScoreRanking.Areas? {
    let (positives, negatives) = totals
    guard positives > 0 else { return ScoreRanking.Areas() }
    guard positives < Self.mostPairs / max(negatives, 1) else { return nil }
    var sums = AreaSums(positives: positives, negatives: negatives)
    let isExact = weights.withUnsafeBufferPointer { weights in
      images.withUnsafeBufferPointer { images in
        var place = 0
        for step in steps {
          sums.add(negativesBetween: Self.sum(weights, images, from: &place, to: step.between))
          let negative = Self.sum(weights, images, from: &place, to: step.negatives)
          let positive = Self.sum(weights, images, from: &place, to: step.positives)
          // What no resample drew changes nothing.
          guard positive | negative != 0 else { continue }
          sums.add(positive: positive, negative: negative)
          sums.endTie()
          guard sums.isWhole else { return false }
        }
        return true
      }
    }
    return isExact ? sums.areas : nil
  }

  /// The weights of a part of the ranking. No closure captures the place: each access to it would be checked.
  @inline(__always) private static func sum(
    _ weights: UnsafeBufferPointer<UInt32>, _ images: UnsafeBufferPointer<UInt32>, from place: inout Int, to end: UInt32
  ) -> Int {
    var sum = 0
    while place < Int(end) {
      sum &+= Int(truncatingIfNeeded: weights[Int(images[place])])
      place &+= 1
    }
    return sum
  }
}
