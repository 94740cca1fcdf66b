import Foundation

extension ExaminationReport.Model: Encodable {
  /// Writes all three keys, `null` where there is no projector.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(weights, forKey: .weights)
    try container.encode(projector, forKey: .projector)
  }
}

extension ExaminationReport: Encodable {
  /// Writes every key, `null` where there is no description or ground truth.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(image, forKey: .image)
    try container.encode(readingProtocol, forKey: .readingProtocol)
    try container.encode(model, forKey: .model)
    try container.encode(engine, forKey: .engine)
    try container.encode(seed, forKey: .seed)
    try container.encode(sampling, forKey: .sampling)
    try container.encode(observations, forKey: .observations)
    try container.encode(description, forKey: .description)
    try container.encode(diagnosis, forKey: .diagnosis)
    try container.encode(flags, forKey: .flags)
    try container.encode(groundTruth, forKey: .groundTruth)
    try container.encode(timings, forKey: .timings)
    try container.encode(counts, forKey: .counts)
    try container.encode(text, forKey: .text)
  }

  /// One object on one line, its keys always in the same order.
  ///
  /// - Throws: `EncodingError` for a number that is not finite; no report that an `Examiner` gives has one.
  public func json() throws -> String { try OrderedJSON.line(self) }

  /// Reads one object, its observations in the order in which they stand there.
  ///
  /// - Throws: `DecodingError`.
  public init(json: String) throws {
    let decoder = JSONDecoder()
    if let key = Observations.order { decoder.userInfo[key] = Self.observationOrder(json) }
    self = try decoder.decode(ExaminationReport.self, from: Data(json.utf8))
  }

  private static func observationOrder(_ json: String) -> [String] {
    guard let value = try? JSONParser.parse(Array(json.utf8), deepest: ProtocolLimits.nesting),
      case .object(let members) = value,
      case .object(let observations)? = members.first(where: { $0.key == CodingKeys.observations.rawValue })?.value
    else { return [] }
    return observations.map(\.key)
  }
}
