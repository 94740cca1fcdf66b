import Dermoscopy
import Imaging

/// What is taken away to see whether the answer needs it.
public enum MapKind: String, Sendable, CaseIterable {
  /// Image tokens, blanked after the picture was encoded once.
  case tokens
  /// Parts of the picture, covered before it is encoded.
  case occlusion

  /// What such a map is, and what it is not.
  public var meaning: String {
    switch self {
    case .tokens:
      "It shows the image tokens that the answer needed, not the pixels that the model saw: before there were tokens, its encoder had "
        + "looked at the whole picture."
    case .occlusion:
      "It shows which parts of the picture, covered by its mean colour, change the answer. A covered part is a sight of its own: the "
        + "model has never been taught on pictures with grey squares."
    }
  }
}

/// Where in the picture an answer hangs: how the answer's probability changes without each block of it.
public struct AnswerMap: Sendable {
  /// What was taken away.
  public let kind: MapKind
  /// Blocks in a row and in a column.
  public let perSide: Int
  /// The most probable code of the picture as it is.
  public let code: LesionCode
  /// Its probability.
  public let probability: Double
  /// For each block, row by row from the top: the code's probability without it, less that with it. Negative where the answer
  /// needs the block.
  public let changes: [Double]
  /// Whether the map may be drawn.
  public let deletion: DeletionTest
  /// Pictures, or sets of tokens, that were asked about.
  public let views: Int
  /// Prompts that were asked.
  public let prompts: Int
  /// What it cost.
  public let counts: ExaminationCounts
  /// The smallest change of a probability that is drawn.
  static let leastChange = 0.01

  /// Whether no block alone changes the probability by a percentage point.
  public var isFlat: Bool { changes.allSatisfy { abs($0) < Self.leastChange } }
  /// Whether the map says enough to be drawn: some block matters, and the map passed the deletion test.
  public var isDrawn: Bool { deletion.passed && !isFlat }

  let name: String
  let image: DecodedImage
  let readingProtocol: ReadingProtocol
}

extension AnswerMap: Encodable {
  private enum CodingKeys: String, CodingKey {
    case image
    case readingProtocol = "protocol"
    case kind
    case perSide = "per_side"
    case code, probability, changes, flat, deletion, drawn, meaning, views, prompts, counts
  }

  /// Writes all of it; changes with six decimals, as probabilities have, areas with twelve.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(AskedImage(name: name, image), forKey: .image)
    try container.encode(readingProtocol.id, forKey: .readingProtocol)
    try container.encode(kind.rawValue, forKey: .kind)
    try container.encode(perSide, forKey: .perSide)
    try container.encode(code.rawValue, forKey: .code)
    try container.encode(probability, forKey: .probability)
    try container.encode(changes.map { Self.rounded($0) }, forKey: .changes)
    try container.encode(isFlat, forKey: .flat)
    try container.encode(Deletion(test: deletion), forKey: .deletion)
    try container.encode(isDrawn, forKey: .drawn)
    try container.encode(kind.meaning, forKey: .meaning)
    try container.encode(views, forKey: .views)
    try container.encode(prompts, forKey: .prompts)
    try container.encode(counts, forKey: .counts)
  }

  fileprivate static func rounded(_ number: Double, to unit: Double = 1e6) -> Double {
    // Adding zero turns −0 into 0.
    (number * unit).rounded() / unit + 0
  }

  private struct Deletion: Encodable {
    let test: DeletionTest

    private struct Curve: Encodable {
      let auc: Double
      let probabilities: [Double]

      init(_ curve: DeletionTest.Curve) {
        auc = AnswerMap.rounded(curve.area, to: 1e12)
        probabilities = curve.probabilities
      }
    }

    private enum CodingKeys: String, CodingKey {
      case steps, own, centre, random
      case randomArea = "random_auc"
      case passed
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(test.steps, forKey: .steps)
      try container.encode(Curve(test.own), forKey: .own)
      try container.encode(Curve(test.centre), forKey: .centre)
      try container.encode(test.random.map(Curve.init), forKey: .random)
      try container.encode(AnswerMap.rounded(test.randomArea, to: 1e12), forKey: .randomArea)
      try container.encode(test.passed, forKey: .passed)
    }
  }
}
