import JSON

extension ExaminationReport.Model: Encodable {
  /// Writes the first three keys always, `null` for unknown weights and where there is no projector.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(weights, forKey: .weights)
    try container.encode(projector, forKey: .projector)
    try container.encodeIfPresent(endpoint, forKey: .endpoint)
    try container.encodeIfPresent(adapters, forKey: .adapters)
    try container.encodeIfPresent(precision, forKey: .precision)
  }
}

extension ExaminationReport: Encodable {
  /// Writes every key, `null` where there is no description, diagnosis or ground truth.
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
  /// - Throws: `EncodingError` for a number that is not finite; no report that an ``Examiner`` gives has one.
  public func json() throws -> String { try OrderedJSON.line(self) }

  /// Reads one object, its observations in their order there.
  ///
  /// - Throws: `DecodingError`.
  public init(json: String) throws {
    self = try OrderedJSON.decode(ExaminationReport.self, from: json)
  }
}

extension NumberedEvent {
  /// One object on one line, its keys always in the same order.
  ///
  /// - Throws: `EncodingError`; no event of an ``Examiner`` is a reason for it.
  public func json() throws -> String { try OrderedJSON.line(self) }

  /// Reads one event, as ``ExaminationReport/init(json:)`` reads a report.
  ///
  /// - Throws: `DecodingError`.
  public init(json: String) throws {
    self = try OrderedJSON.decode(NumberedEvent.self, from: json)
  }
}
