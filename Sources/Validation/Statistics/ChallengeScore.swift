import Datasets
import Dermoscopy

/// The score of the probabilities by the ISIC 2018 challenge's own program, `isic-challenge-scoring` 5.6.0, on the four
/// codes.
///
/// Its answer is the most probable code, whatever code the model wrote; if two or more are equal, to six decimals as
/// `--isic-csv` writes them, the answer is undecided and counts as wrong.
public struct ChallengeScore: Sendable, Hashable, Codable {
  /// Images that the challenge leaves out: their weight is 0 in its program.
  public static let weightless: Set<String> = ["ISIC_0035068"]

  /// Mean of the sensitivities of those codes that some image has.
  public var balancedAccuracy: Estimate
  /// Images with one of the four codes as truth, and probabilities; those that could not be read, too.
  public var images: Int
  /// Of them, images without one most probable code.
  public var undecided: Int
  /// Of those, images that could not be read: `--isic-csv` has them with four equal probabilities.
  public var unread: Int
  /// Images of the run that have no weight, by name.
  public var leftOut: [String]

  enum CodingKeys: String, CodingKey {
    case balancedAccuracy = "balanced_accuracy"
    case images, undecided, unread
    case leftOut = "left_out"
  }

  /// `nil` when no image can be scored.
  ///
  /// - Parameters:
  ///   - examinations: the run's.
  ///   - unread: images that could not be read, without probabilities.
  ///   - resampling: of the interval.
  init?(_ examinations: [Prediction], unread: [Prediction], _ resampling: Cohort.Resampling) {
    guard examinations.contains(where: { $0.truthIndex != nil && $0.probabilities != nil }) else { return nil }
    // A code without probabilities is a row of equal ones there, as an unread image's is.
    let read = examinations.keeping { $0.truthIndex != nil && ($0.probabilities != nil || $0.predicted != nil) }
    let missed = unread.filter { $0.truthIndex != nil }
    let usable = missed.isEmpty ? read : read + missed
    let cohort = Cohort(usable.keeping { !Self.hasNoWeight($0.image) })
    guard !cohort.examinations.isEmpty else { return nil }
    let truths = cohort.examinations.map { $0.truthIndex ?? 0 }
    let answers = cohort.examinations.map { one in one.probabilities.flatMap { Self.answer($0) } }
    images = truths.count
    undecided = answers.count { $0 == nil }
    self.unread = cohort.examinations.count { $0.probabilities == nil }
    leftOut = usable.map(\.image).filter(Self.hasNoWeight).sorted()
    // Right answers of each code, then wrong ones.
    let codes = LesionCode.allCases.count
    let cells = zip(truths, answers).map { UInt8($0 == $1 ? $0 : codes + $0) }
    let figure: @Sendable ([UInt32]) -> Double = { weights in
      var counts = [Int](repeating: 0, count: 2 * codes)
      for (cell, weight) in zip(cells, weights) { counts[Int(cell)] += Int(weight) }
      let shares = (0..<codes).filter { counts[$0] + counts[codes + $0] > 0 }
        .map { Double(counts[$0]) / Double(counts[$0] + counts[codes + $0]) }
      return shares.isEmpty ? .nan : shares.reduce(0, +) / Double(shares.count)
    }
    let replicates = cohort.lesionCount > 1 ? cohort.resampled(resampling, figure) : []
    let interval = PercentileInterval(replicates)?.unlessDegenerate
    balancedAccuracy = Estimate(
      value: figure(cohort.ones), low: interval?.low, high: interval?.high, count: truths.count)
  }

  private static func hasNoWeight(_ image: String) -> Bool { weightless.contains(Labels.key(of: image)) }

  /// The place of the most probable code; `nil` where several are.
  private static func answer(_ probabilities: SIMD4<Double>) -> Int? {
    let highest = probabilities.max()
    let places = probabilities.indices.filter { probabilities[$0] == highest }
    return places.count == 1 ? places[0] : nil
  }

  /// What a person reads of it, in sentences.
  var sentences: [String] {
    var sentences = ["the most probable code is the answer"]
    if unread > 0 {
      sentences.append("\(unread) of \(images) images could not be read, which counts as wrong")
    }
    if undecided > unread {
      sentences.append(
        "\(undecided - unread) of \(images) images have several most probable codes, which counts as wrong")
    }
    if !leftOut.isEmpty { sentences.append("\(leftOut.joined(separator: ", ")) has weight 0 there and is left out") }
    return sentences
  }
}
