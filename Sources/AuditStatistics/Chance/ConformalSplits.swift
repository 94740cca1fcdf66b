import Dermoscopy
import Validation

/// Conformal sets over repeated halves of the lesions: one image a lesion, calibrated on one half, tested on the other
/// (1809.07441).
struct ConformalSplits: Sendable {
  /// α in percent.
  static let percent = 10
  /// How often the lesions are halved.
  static let splits = 200

  /// Results of all splits.
  struct Outcome: Sendable {
    /// By split: coverage of each code (NaN if the test half has none) and mean set size.
    var coverage: [SIMD4<Double>] = []
    var size: [Double] = []
    var shiftedCoverage: [SIMD4<Double>] = []
    var shiftedSize: [Double] = []
    /// Mean number of a code's calibration images.
    var calibration = SIMD4<Double>.zero
  }

  let table: AuditTable
  let seed: UInt64

  /// Places of each lesion's images that have a truth among the four codes and probabilities.
  private var lesions: [[Int]] {
    table.cohort.lesions.map { lesion in
      lesion.filter { table.truth[$0] >= 0 && table.control($0)?.probabilities != nil }
    }.filter { !$0.isEmpty }
  }

  /// One half's limits, and the images of the other half.
  private struct Split {
    var sets: ConformalSets
    var test: PlaceSet
  }

  /// How many codes were held.
  private struct Held {
    var held = SIMD4<Int>.zero
    var all = SIMD4<Int>.zero
    var sizes = 0

    mutating func add(_ sets: ConformalSets, truth: Int, _ probabilities: SIMD4<Double>) {
      all[truth] += 1
      if sets.holds(truth, probabilities) { held[truth] += 1 }
      sizes += sets.size(probabilities)
    }

    var coverage: SIMD4<Double> {
      var coverage = SIMD4<Double>(repeating: .nan)
      for code in 0..<4 where all[code] > 0 { coverage[code] = Double(held[code]) / Double(all[code]) }
      return coverage
    }

    var size: Double {
      let answers = all.wrappedSum()
      return answers == 0 ? .nan : Double(sizes) / Double(answers)
    }
  }

  /// Runs the splits; no outcome with fewer than two lesions.
  ///
  /// Each split draws one image of every lesion (`index(below:)` of its images), then shuffles the lesions (Fisher and
  /// Yates, from the last down); the first half, rounded down, calibrates.
  func run() -> Outcome {
    var outcome = Outcome()
    let lesions = lesions
    guard lesions.count > 1 else { return outcome }
    var generator = ResamplingGenerator(seed: seed)
    var splits: [Split] = []
    for _ in 0..<Self.splits {
      var chosen = lesions.map { $0[generator.index(below: $0.count)] }
      for last in stride(from: chosen.count - 1, to: 0, by: -1) {
        chosen.swapAt(last, generator.index(below: last + 1))
      }
      let half = chosen.count / 2
      let sets = ConformalSets(
        chosen[..<half].compactMap { place in
          table.control(place)?.probabilities.map { (table.truth[place], $0) }
        }, percent: Self.percent)
      for code in 0..<4 { outcome.calibration[code] += Double(sets.counts[code]) / Double(Self.splits) }
      splits.append(Split(sets: sets, test: PlaceSet(Array(chosen[half...]))))
    }
    let plain = held(splits, [{ table.control }])
    (outcome.coverage, outcome.size) = (plain.map(\.coverage), plain.map(\.size))
    let shifted = table.arms(of: .camera).filter { $0.dose == CameraFigures.middleSeverity }
    let other = held(splits, shifted.map { arm in { arm.answers } })
    (outcome.shiftedCoverage, outcome.shiftedSize) = (other.map(\.coverage), other.map(\.size))
    return outcome
  }

  /// What each split's sets hold of its test half, over all answers that some arms have.
  private func held(_ splits: [Split], _ arms: [() -> [AuditAnswer?]]) -> [Held] {
    var held = [Held](repeating: Held(), count: splits.count)
    for answers in arms {
      let answers = answers()
      for (index, split) in splits.enumerated() {
        for place in answers.indices where split.test.contains(place) {
          guard let probabilities = answers[place]?.probabilities else { continue }
          held[index].add(split.sets, truth: table.truth[place], probabilities)
        }
      }
    }
    return held
  }

  /// Coverage of each code and set size, with and without shift. Intervals are between the 2.5th and the 97.5th
  /// percentile of the splits: the luck of who calibrates and who is tested.
  func figures() -> [AuditFigure] {
    let outcome = run()
    let measured = lesions.reduce(0) { $0 + $1.count }
    func figure(_ measure: AuditMeasure, _ values: [Double], code: LesionCode?, floor: AuditFloor?, _ reason: String)
      -> AuditFigure
    {
      let known = values.filter { !$0.isNaN }
      let count = code.map { code in lesions.count { $0.contains { table.truth[$0] == code.place } } } ?? measured
      guard !known.isEmpty else {
        return AuditFigure(
          measure: measure, code: code, estimate: Estimate(notComputable: reason, count: count), floor: floor)
      }
      let interval = PercentileInterval(values)?.unlessDegenerate
      return AuditFigure(
        measure: measure, code: code,
        estimate: Estimate(
          value: known.reduce(0, +) / Double(known.count), low: interval?.low, high: interval?.high, count: count),
        floor: floor)
    }
    var figures: [AuditFigure] = []
    let halves = "it takes two lesions with a truth and probabilities, to calibrate on one and test on the other"
    let isShifted = table.arms(of: .camera).contains { $0.dose == CameraFigures.middleSeverity }
    let noShift = "no picture was changed at severity \(CameraFigures.middleSeverity)"
    for code in LesionCode.allCases {
      let luck = ConformalSets.luck(Int(outcome.calibration[code.place].rounded()), percent: Self.percent)
      let floor = luck.map {
        AuditFloor(
          .calibrationLuck,
          Estimate(
            value: $0.mean, low: $0.low, high: $0.high, count: Int(outcome.calibration[code.place].rounded())))
      }
      let none = outcome.coverage.isEmpty ? halves : "no lesion is a \(code.diagnosis)"
      figures.append(
        figure(.coverage, outcome.coverage.map { $0[code.place] }, code: code, floor: floor, none))
      figures.append(
        figure(
          .shiftedCoverage, outcome.shiftedCoverage.map { $0[code.place] }, code: code, floor: floor,
          isShifted ? none : noShift))
    }
    figures.append(figure(.setSize, outcome.size, code: nil, floor: nil, halves))
    figures.append(figure(.shiftedSetSize, outcome.shiftedSize, code: nil, floor: nil, noShift))
    return figures
  }
}
