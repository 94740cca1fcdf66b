import Validation

/// How often the most probable code is right, beside its probability.
struct Reliability: Sendable {
  /// What is kept of an answer: -1 for the confidence of none.
  private struct Set {
    var confidences: [Double]
    var isRight: [Bool]
  }

  private struct Case {
    var place: Int
    var confidence: Double
    var bin: Int
    var isRight: Bool
  }

  private let sets: [Set]
  private let places: [Int]
  private let count: Int

  init(_ sets: [@Sendable () -> [AuditAnswer?]], truth: [Int]) {
    let kept = sets.map { answers in
      let answers = answers()
      return Set(
        confidences: answers.enumerated().map { truth[$0] >= 0 ? $1?.confidence ?? -1 : -1 },
        isRight: answers.enumerated().map { $1?.verdict == truth[$0] })
    }
    self.sets = kept
    places = truth.indices.filter { place in kept.contains { $0.confidences[place] >= 0 } }
    count = kept.reduce(0) { $0 + $1.confidences.count { $0 >= 0 } }
  }

  /// Adds each answer, image by image.
  private func bins(_ add: (inout CalibrationBins, Case) -> Void) -> CalibrationBins {
    var bins = CalibrationBins()
    for place in places {
      for set in sets where set.confidences[place] >= 0 {
        let confidence = set.confidences[place]
        add(
          &bins,
          Case(
            place: place, confidence: confidence, bin: CalibrationBins.bin(of: confidence), isRight: set.isRight[place])
        )
      }
    }
    return bins
  }

  /// Ten bins.
  func bins(_ weights: [Int]) -> CalibrationBins {
    bins { $0.add($1.confidence, bin: $1.bin, hit: $1.isRight, weight: weights[$1.place]) }
  }

  /// Mean distance between probability and frequency over the bins, weighted by answers.
  var expectedError: Statistic {
    Statistic(reason: Self.none) { [self] in Statistic.Basis(places: places) { bins($0).expectedError } }
  }

  private static let none = "no such image has a truth and probabilities"

  /// How often chance is played out for ``floor(seed:)``.
  static let plays = 200

  /// The mean error that this many answers would have if each were right exactly as often as its probability says.
  func floor(seed: UInt64) -> Estimate {
    guard count > 0 else { return Estimate(notComputable: Self.none) }
    var generator = ResamplingGenerator(seed: seed)
    let errors = (0..<Self.plays).map { _ in
      bins { bins, one in
        // 53 bits: a number from 0 to 1, uniform.
        let lot = Double(generator.next() >> 11) * 0x1p-53
        bins.add(one.confidence, bin: one.bin, hit: lot < one.confidence, weight: 1)
      }.expectedError
    }
    let interval = PercentileInterval(errors)
    return Estimate(
      value: errors.reduce(0, +) / Double(errors.count), low: interval?.low, high: interval?.high, count: count)
  }
}
