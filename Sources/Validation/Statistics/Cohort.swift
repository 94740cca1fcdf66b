/// Images in a canonical order, and the lesions that they show, which are resampled.
struct Cohort {
  /// Percentile bootstrap: how often, and from which seed.
  struct Resampling: Sendable, Hashable {
    var replicates: Int
    var seed: UInt64
  }

  /// The examinations, lesion by lesion.
  let examinations: [JudgedExamination]
  /// First and one past the last image of each lesion.
  private let lesions: [Range<Int>]

  /// Orders the examinations by lesion and name.
  init(_ examinations: [JudgedExamination]) {
    func key(_ one: JudgedExamination) -> (String, String) { (one.lesion ?? "", one.image) }
    let ordered = examinations.sorted { key($0) < key($1) }
    self.examinations = ordered
    lesions = Self.lesions(of: ordered.map(\.lesion))
  }

  /// How many lesions there are.
  var lesionCount: Int { lesions.count }

  /// 1 for each image.
  var unitWeights: [Int] { [Int](repeating: 1, count: examinations.count) }

  /// Draws as many lesions as there are, with replacement, repeatedly; the weight of an image is how often its lesion
  /// was drawn.
  func resample(_ resampling: Resampling, _ body: (_ weights: [Int]) -> Void) {
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

  private static func lesions(of names: [String?]) -> [Range<Int>] {
    var lesions: [Range<Int>] = []
    var start = 0
    for index in names.indices.dropFirst() where names[index] == nil || names[index] != names[index - 1] {
      lesions.append(start..<index)
      start = index
    }
    if start < names.count { lesions.append(start..<names.count) }
    return lesions
  }
}

/// The 95 % interval between two percentiles of a figure's replicates.
struct PercentileInterval: Hashable {
  let low: Double
  let high: Double

  /// Percentiles with linear interpolation between neighbours (type 7 of Hyndman and Fan, 1996).
  ///
  /// - Parameter replicates: NaN where a resample gave no figure. `nil` unless half of them did, and two at least.
  init?(_ replicates: [Double]) {
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
}
