import Validation

/// How often the most probable code is right, beside its probability.
struct Reliability: Sendable {
  private let cases: [(place: Int, confidence: Double, bin: Int, isRight: Bool)]

  init(_ sets: [[AuditAnswer?]], truth: [Int]) {
    cases = truth.indices.flatMap { place in
      sets.compactMap { answers in
        guard truth[place] >= 0, let answer = answers[place], let confidence = answer.confidence else { return nil }
        return (place, confidence, CalibrationBins.bin(of: confidence), answer.verdict == truth[place])
      }
    }
  }

  /// Ten bins.
  func bins(_ weights: [Int]) -> CalibrationBins {
    cases.reduce(into: CalibrationBins()) { bins, one in
      bins.add(one.confidence, bin: one.bin, hit: one.isRight, weight: weights[one.place])
    }
  }

  /// Mean distance between probability and frequency over the bins, weighted by answers.
  var expectedError: Statistic {
    Statistic(Set(cases.map(\.place)).sorted(), reason: "no such image has a truth and probabilities") {
      bins($0).expectedError
    }
  }

  /// How often chance is played out for ``floor(seed:)``.
  static let plays = 200

  /// The mean error that this many answers would have if each were right exactly as often as its probability says.
  func floor(seed: UInt64) -> Estimate {
    guard !cases.isEmpty else { return Estimate(notComputable: "no such image has a truth and probabilities") }
    var generator = ResamplingGenerator(seed: seed)
    let errors = (0..<Self.plays).map { _ in
      cases.reduce(into: CalibrationBins()) { bins, one in
        // 53 bits: a number from 0 to 1, uniform.
        let lot = Double(generator.next() >> 11) * 0x1p-53
        bins.add(one.confidence, bin: one.bin, hit: lot < one.confidence, weight: 1)
      }.expectedError
    }
    let interval = PercentileInterval(errors)
    return Estimate(
      value: errors.reduce(0, +) / Double(errors.count), low: interval?.low, high: interval?.high, count: cases.count)
  }
}
