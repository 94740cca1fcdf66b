/// The code that an examination ends in, and how it came about.
public struct Diagnosis: Sendable, Hashable, Codable {
  /// The code.
  public let code: LesionCode
  /// Who chose it.
  public let method: DiagnosisMethod
  /// What the model wrote; empty where it was not asked to write.
  public let raw: String
  /// Scored from the model's logits; the code follows the method, so the two may disagree.
  public let probabilities: CodeProbabilities

  /// A diagnosis.
  public init(code: LesionCode, method: DiagnosisMethod, raw: String, probabilities: CodeProbabilities) {
    self.code = code
    self.method = method
    self.raw = raw
    self.probabilities = probabilities
  }
}

/// Who chose a code.
public enum DiagnosisMethod: Sendable, Hashable {
  /// The model wrote it.
  case model
  /// The model wrote no valid code; the protocol's fallback is used.
  case fallback
  /// A rule of the protocol, by its id.
  case rule(String)
  /// It is the most probable one.
  case scored

  private static let rulePrefix = "rule:"

  /// As the JSON spells it: `model`, `fallback`, `rule:<id>`, `scored`.
  public var name: String {
    switch self {
    case .model: "model"
    case .fallback: "fallback"
    case .rule(let id): Self.rulePrefix + id
    case .scored: "scored"
    }
  }

  /// Reads what `name` gives; `nil` for anything else.
  public init?(name: String) {
    switch name {
    case "model": self = .model
    case "fallback": self = .fallback
    case "scored": self = .scored
    default:
      guard name.hasPrefix(Self.rulePrefix) else { return nil }
      self = .rule(String(name.dropFirst(Self.rulePrefix.count)))
    }
  }
}

extension DiagnosisMethod: Codable {
  /// Writes the name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  /// Reads the name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    guard let method = DiagnosisMethod(name: name) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(name) is not a method")
    }
    self = method
  }
}
