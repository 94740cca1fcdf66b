/// How probable each of the four codes is; they add up to 1.
public struct CodeProbabilities: Sendable, Hashable {
  /// Decimal digits that are kept.
  static let digits = 6

  private let values: [Double]

  /// Probabilities in the order of `LesionCode.allCases`, rounded to six digits.
  ///
  /// Anything other than four numbers from 0 to 1 counts as no information: a quarter each.
  public init(_ probabilities: [Double]) {
    let count = LesionCode.allCases.count
    guard probabilities.count == count, probabilities.allSatisfy({ (0...1).contains($0) }) else {
      values = [Double](repeating: 1 / Double(count), count: count)
      return
    }
    values = Self.rounded(probabilities)
  }

  /// Rounds to six digits without making a tie of what was none: then the last digit of the others is lowered, because a
  /// tie for the highest counts as undecided, as wrong in the ISIC challenge. True ties stay.
  private static func rounded(_ probabilities: [Double]) -> [Double] {
    var values = probabilities.map { $0.rounded(toDigits: digits) }
    guard let highest = probabilities.max(), let first = probabilities.firstIndex(of: highest),
      probabilities.count(where: { $0 == highest }) == 1
    else { return values }
    let step = 0.000_001
    for place in values.indices where place != first && values[place] == values[first] {
      values[place] = max(values[place] - step, 0).rounded(toDigits: digits)
    }
    return values
  }

  /// A code's probability.
  public subscript(code: LesionCode) -> Double {
    LesionCode.allCases.firstIndex(of: code).map { values[$0] } ?? 0
  }

  /// The most probable of some codes; the first of them when several are.
  public func likeliest(of codes: [LesionCode] = LesionCode.allCases) -> LesionCode? {
    codes.reduce(nil) { best, code in
      guard let best else { return code }
      return self[code] > self[best] ? code : best
    }
  }
}

extension CodeProbabilities: Codable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case melanoma = "MEL"
    case nevus = "NV"
    case basalCellCarcinoma = "BCC"
    case benignKeratosis = "BKL"
  }

  /// Writes the four codes as keys.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    for (key, value) in zip(CodingKeys.allCases, values) { try container.encode(value, forKey: key) }
  }

  /// Reads the four codes' probabilities.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(try CodingKeys.allCases.map { try container.decode(Double.self, forKey: $0) })
  }
}

extension Double {
  /// Rounded to a number of decimal digits.
  func rounded(toDigits digits: Int) -> Double {
    let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
    return (self * scale).rounded() / scale
  }
}
