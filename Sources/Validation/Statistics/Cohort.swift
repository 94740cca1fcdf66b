import Foundation
import Synchronization

/// Images in a canonical order, and the lesions that they show, which are resampled.
package struct Cohort: Sendable {
  /// Percentile bootstrap: how often, and from which seed.
  package struct Resampling: Sendable, Hashable {
    /// Resamples.
    package var replicates: Int
    /// Where their random numbers start.
    package var seed: UInt64

    /// This many resamples from this seed.
    package init(replicates: Int, seed: UInt64) {
      self.replicates = replicates
      self.seed = seed
    }
  }

  /// The examinations, lesion by lesion; several names of one picture are of one lesion.
  package let examinations: [Prediction]
  /// First and one past the last image of each lesion.
  package let lesions: [Range<Int>]

  /// Orders the examinations by lesion and name (``ResamplingGroups``).
  package init(_ examinations: [Prediction]) {
    let keys = ResamplingGroups(examinations).keys
    let order = examinations.indices.sorted { keys[$0] < keys[$1] }
    self.examinations = order.map { examinations[$0] }
    lesions = Self.ranges(of: order.map { keys[$0] })
  }

  /// How many lesions there are.
  package var lesionCount: Int { lesions.count }

  /// 1 for each image.
  package var unitWeights: [Int] { [Int](repeating: 1, count: examinations.count) }

  /// Draws as many lesions as there are, with replacement, repeatedly; the weight of an image is how often its lesion
  /// was drawn.
  package func resample(_ resampling: Resampling, _ body: (_ weights: [Int]) -> Void) {
    var generator = ResamplingGenerator(seed: resampling.seed)
    var weights = [Int](repeating: 0, count: examinations.count)
    for _ in 0..<resampling.replicates {
      for index in weights.indices { weights[index] = 0 }
      for _ in lesions.indices {
        for image in lesions[generator.index(below: lesions.count)] { weights[image] += 1 }
      }
      body(weights)
    }
  }

  /// 1 for each image, as ``resampled(_:_:)`` gives weights.
  var ones: [UInt32] { [UInt32](repeating: 1, count: examinations.count) }

  /// What something makes of each resample, in their order: the resamples of ``resample(_:_:)``, several at once.
  ///
  /// - Parameter body: called from several threads.
  func resampled<Outcome: Sendable>(
    _ resampling: Resampling, _ body: @Sendable (_ weights: [UInt32]) -> Outcome
  ) -> [Outcome] {
    let lesions = lesions
    let isOneEach = lesions.count == examinations.count
    let lesionOfImage =
      isOneEach
      ? []
      : lesions.enumerated().flatMap { lesion, images in
        repeatElement(UInt32(truncatingIfNeeded: lesion), count: images.count)
      }
    let threads = min(max(ProcessInfo.processInfo.activeProcessorCount, 1), max(resampling.replicates, 1))
    let outcomes = Mutex([[Outcome]](repeating: [], count: threads))
    DispatchQueue.concurrentPerform(iterations: threads) { thread in
      let part = resampling.replicates * thread / threads..<resampling.replicates * (thread + 1) / threads
      var generator = ResamplingGenerator(seed: resampling.seed)
      generator.skip(part.lowerBound * lesions.count)
      var drawn = [UInt32](repeating: 0, count: lesions.count)
      var weights = isOneEach ? [] : [UInt32](repeating: 0, count: examinations.count)
      var found: [Outcome] = []
      found.reserveCapacity(part.count)
      for _ in part {
        drawn.withUnsafeMutableBufferPointer { drawn in
          drawn.update(repeating: 0)
          for _ in 0..<drawn.count { drawn[generator.index(below: drawn.count)] &+= 1 }
        }
        if isOneEach {
          found.append(body(drawn))
          continue
        }
        weights.withUnsafeMutableBufferPointer { weights in
          drawn.withUnsafeBufferPointer { drawn in
            for (image, lesion) in lesionOfImage.enumerated() { weights[image] = drawn[Int(lesion)] }
          }
        }
        found.append(body(weights))
      }
      outcomes.withLock { $0[thread] = found }
    }
    return outcomes.withLock { $0 }.flatMap { $0 }
  }

  private static func ranges(of keys: [ResamplingGroups.Key]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start = 0
    for index in keys.indices.dropFirst() where !keys[index].belongs(with: keys[index - 1]) {
      ranges.append(start..<index)
      start = index
    }
    if start < keys.count { ranges.append(start..<keys.count) }
    return ranges
  }
}

/// The 95 % interval between two percentiles of a figure's replicates.
package struct PercentileInterval: Hashable {
  /// The 2.5th percentile.
  package let low: Double
  /// The 97.5th percentile.
  package let high: Double

  /// Percentiles with linear interpolation between neighbours (type 7 of Hyndman and Fan, 1996).
  ///
  /// - Parameter replicates: NaN where a resample gave no figure. `nil` unless half of them did, and two at least.
  package init?(_ replicates: [Double]) {
    let values = replicates.filter { !$0.isNaN }.sorted()
    guard values.count >= 2, values.count * 2 >= replicates.count else { return nil }
    func percentile(_ share: Double) -> Double {
      let place = share * Double(values.count - 1)
      let below = min(max(Int(place), 0), values.count - 1)
      let above = min(below + 1, values.count - 1)
      return values[below] + (place - Double(below)) * (values[above] - values[below])
    }
    low = percentile(0.025)
    high = percentile(0.975)
  }

  /// `nil` for an interval without width: that every resample gives the same figure shows how few cases there are, not
  /// certainty.
  package var unlessDegenerate: PercentileInterval? { low < high ? self : nil }
}
