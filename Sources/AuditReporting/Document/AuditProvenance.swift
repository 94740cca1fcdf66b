import Validation

/// Everything needed to repeat an audit. What a table of answers alone does not say is `nil`.
public struct AuditProvenance: Sendable, Hashable, Codable {
  /// The program's version.
  public var version: String
  /// The command line, word by word, the program's name first.
  public var command: [String]
  /// When it began, as ISO 8601.
  public var started: String?
  /// Seconds that it took, without interruptions.
  public var elapsed: Double?
  /// The protocol's id and version, as `seed 1.0.0`.
  public var protocolName: String?
  /// SHA-256 of the protocol's document, hexadecimal.
  public var protocolDigest: String?
  /// The model's name.
  public var model: String?
  /// SHA-256 of the weights file, hexadecimal.
  public var weights: String?
  /// SHA-256 of the projector file, hexadecimal.
  public var projector: String?
  /// The engine with its version and backends.
  public var engine: String?
  /// Where the answers' random numbers began.
  public var seed: UInt64?
  /// The folder of images, or the table of answers, as it was named.
  public var images: String?
  /// The label file, as it was named.
  public var labels: String?
  /// The folder of masks, as it was named; else how masks were found.
  public var masks: String?
  /// Images that were encoded, in all.
  public var encodes: Int?
  /// Prompts that were answered or scored, in all.
  public var prompts: Int?
  /// Images that could not be read.
  public var failures: Int
  /// Whatever else a repeat needs: machine, threads, budget.
  public var facts: [RunDescription.Fact]

  enum CodingKeys: String, CodingKey {
    case version, command, started
    case elapsed = "elapsed_s"
    case protocolName = "protocol"
    case protocolDigest = "protocol_sha256"
    case model
    case weights = "weights_sha256"
    case projector = "projector_sha256"
    case engine, seed, images, labels, masks, encodes, prompts, failures, facts
  }

  /// A provenance of which the rest is filled in.
  public init(version: String, command: [String], images: String? = nil) {
    self.version = version
    self.command = command
    self.images = images
    failures = 0
    facts = []
  }

  /// Writes every key, `null` where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(version, forKey: .version)
    try container.encode(command, forKey: .command)
    try container.encode(started, forKey: .started)
    try container.encode(elapsed, forKey: .elapsed)
    try container.encode(protocolName, forKey: .protocolName)
    try container.encode(protocolDigest, forKey: .protocolDigest)
    try container.encode(model, forKey: .model)
    try container.encode(weights, forKey: .weights)
    try container.encode(projector, forKey: .projector)
    try container.encode(engine, forKey: .engine)
    try container.encode(seed, forKey: .seed)
    try container.encode(images, forKey: .images)
    try container.encode(labels, forKey: .labels)
    try container.encode(masks, forKey: .masks)
    try container.encode(encodes, forKey: .encodes)
    try container.encode(prompts, forKey: .prompts)
    try container.encode(failures, forKey: .failures)
    try container.encode(facts, forKey: .facts)
  }
}
