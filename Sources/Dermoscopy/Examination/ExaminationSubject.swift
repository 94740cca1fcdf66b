import Digests

/// The original image, before preparation.
public struct ExaminationSubject: Sendable, Hashable {
  /// The file's name.
  public var name: String
  /// SHA-256 of the file's bytes; `nil` where notes are classified without their image.
  public var digest: SHA256Digest?
  /// Pixels, as decoded and oriented.
  public var width: Int
  /// Pixels, as decoded and oriented.
  public var height: Int
  /// The ground truth of the lesion.
  public var groundTruth: GroundTruth?
  /// Notes for the report on what decoding did to the pixels; usually empty.
  public var notes: [String] = []
  /// What the image's file says of the lesion; `nil` for files that say nothing.
  public var lesion: ImagedLesion?

  /// An image to examine.
  public init(name: String, digest: SHA256Digest?, width: Int, height: Int, groundTruth: GroundTruth? = nil) {
    self.name = name
    self.digest = digest
    self.width = width
    self.height = height
    self.groundTruth = groundTruth
  }
}

/// The ground truth of a lesion.
public struct GroundTruth: Sendable, Hashable {
  /// A code, upper case; perhaps one that is never predicted (AKIEC, DF).
  public var code: String
  /// A dermoscopic attribute in the labels' words.
  public var attribute: String?

  /// A ground truth.
  public init(code: String, attribute: String? = nil) {
    self.code = code.uppercased()
    self.attribute = attribute
  }

  /// Whether the lesion is of this code.
  public func agrees(with code: LesionCode) -> Bool { self.code == code.rawValue }
}

extension GroundTruth: Codable {
  enum CodingKeys: String, CodingKey {
    case code, attribute
  }

  /// Writes both keys, `null` where there is no attribute.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(code, forKey: .code)
    try container.encode(attribute, forKey: .attribute)
  }
}
