/// The parameters of a JPEG-LS scan (ITU-T T.87, annex A and C.2.4.1.1) and what follows from them.
struct JPEGLSCoding {
  /// What a file sets itself; 0 stands for the standard's own.
  struct Preset {
    var largest = 0
    var thresholds = (0, 0, 0)
    var reset = 0
  }

  /// The largest sample, MAXVAL.
  let largest: Int
  /// How far a sample may be from what was encoded, NEAR; 0 for lossless.
  let near: Int
  /// Steps of the prediction's error, RANGE.
  let range: Int
  /// Bits of such a step, qbpp.
  let errorBits: Int
  /// The longest code, LIMIT.
  let limit: Int
  /// When the statistics are halved, RESET.
  let reset: Int
  /// For each difference of neighbours, from the lowest on, its class from -4 to 4.
  private let classes: [Int]

  /// - Throws: `DICOMFault` for parameters that the standard forbids.
  init(_ preset: Preset, bits: Int, near: Int) throws(DICOMFault) {
    let highest = (1 << bits) - 1
    largest = preset.largest == 0 ? highest : preset.largest
    guard largest <= highest, near <= min(255, largest / 2) else { throw Self.fault }
    self.near = near
    let step = 2 * near + 1
    range = (largest + 2 * near) / step + 1
    errorBits = Self.bits(for: range)
    let sampleBits = max(2, Self.bits(for: largest + 1))
    limit = 2 * (sampleBits + max(8, sampleBits))
    reset = preset.reset == 0 ? 64 : preset.reset
    guard (3...max(255, largest)).contains(reset) else { throw Self.fault }

    let usual = Self.thresholds(largest, near)
    let first = preset.thresholds.0 == 0 ? usual.0 : preset.thresholds.0
    let second = preset.thresholds.1 == 0 ? usual.1 : preset.thresholds.1
    let third = preset.thresholds.2 == 0 ? usual.2 : preset.thresholds.2
    guard near < first, first <= second, second <= third, third <= largest else { throw Self.fault }
    classes = (-largest...largest).map { difference in
      let size = abs(difference)
      let found = size <= near ? 0 : size < first ? 1 : size < second ? 2 : size < third ? 3 : 4
      return difference < 0 ? -found : found
    }
  }

  /// The number of three differences' context; negative where the first that counts is, and 0 for a run.
  func context(_ first: Int, _ second: Int, _ third: Int) -> Int {
    (classes[first + largest] * 9 + classes[second + largest]) * 9 + classes[third + largest]
  }

  /// The sample that a prediction and its error make.
  func sample(_ predicted: Int, _ error: Int) -> Int {
    let step = 2 * near + 1
    var value = predicted + error * step
    if value < -near {
      value += range * step
    } else if value > largest + near {
      value -= range * step
    }
    return min(max(value, 0), largest)
  }

  private static let fault = DICOMFault.damaged("the coding parameters of its JPEG-LS contradict each other")

  /// Bits that tell this many values apart.
  private static func bits(for count: Int) -> Int { Int.bitWidth - (count - 1).leadingZeroBitCount }

  /// The standard's thresholds (C.2.4.1.1.1).
  private static func thresholds(_ largest: Int, _ near: Int) -> (Int, Int, Int) {
    func within(_ value: Int, _ low: Int) -> Int { value > largest || value < low ? low : value }
    let (first, second, third): (Int, Int, Int)
    if largest >= 128 {
      let factor = (min(largest, 4_095) + 128) / 256
      first = within(factor + 2 + 3 * near, near + 1)
      second = within(factor * 4 + 3 + 5 * near, first)
      third = within(factor * 17 + 4 + 7 * near, second)
    } else {
      let factor = 256 / (largest + 1)
      first = within(max(2, 3 / factor + 3 * near), near + 1)
      second = within(max(3, 7 / factor + 5 * near), first)
      third = within(max(4, 21 / factor + 7 * near), second)
    }
    return (first, second, third)
  }
}
