import AuditStatistics

/// One arm of an audit, as the report lists it: what was done, and what became of it.
public struct AuditedArm: Sendable, Hashable, Codable {
  /// What became of an arm.
  public enum Status: String, Sendable, Hashable, Codable {
    /// It has answers.
    case run
    /// It was not asked for, or left out to save time.
    case leftOut = "left_out"
    /// It makes no sense for this model or these images.
    case notApplicable = "not_applicable"
  }

  /// Its name, as the answers have it.
  public var name: String
  /// The question that it belongs to; `nil` for the control.
  public var family: AuditFamily?
  /// Which figures its answers go into.
  public var role: AuditRole
  /// What is changed, in a few words.
  public var summary: String
  /// The doses, in order.
  public var doses: [Int]
  /// SHA-256 of its document, hexadecimal; `nil` where there is none.
  public var digest: String?
  /// What became of it.
  public var status: Status
  /// Why it has no answers, or fewer than expected; a sentence's part, without its full stop.
  public var reason: String?
  /// Answers in the table; the report counts them itself.
  public var answers: Int
  /// Images of which it has no answer because something failed.
  public var failures: Int
  /// Images that were encoded for it.
  public var encodes: Int
  /// Prompts that were answered or scored for it.
  public var prompts: Int

  enum CodingKeys: String, CodingKey {
    case name, family, role, summary, doses
    case digest = "sha256"
    case status, reason, answers, failures, encodes, prompts
  }

  /// An arm.
  public init(
    name: String, role: AuditRole, summary: String = "", doses: [Int] = [0], digest: String? = nil,
    status: Status = .run, reason: String? = nil, answers: Int = 0, failures: Int = 0, encodes: Int = 0,
    prompts: Int = 0
  ) {
    self.name = name
    family = role.family
    self.role = role
    self.summary = summary
    self.doses = doses
    self.digest = digest
    self.status = status
    self.reason = reason
    self.answers = answers
    self.failures = failures
    self.encodes = encodes
    self.prompts = prompts
  }

  /// Writes every key, `null` where there is nothing.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(family, forKey: .family)
    try container.encode(role, forKey: .role)
    try container.encode(summary, forKey: .summary)
    try container.encode(doses, forKey: .doses)
    try container.encode(digest, forKey: .digest)
    try container.encode(status, forKey: .status)
    try container.encode(reason, forKey: .reason)
    try container.encode(answers, forKey: .answers)
    try container.encode(failures, forKey: .failures)
    try container.encode(encodes, forKey: .encodes)
    try container.encode(prompts, forKey: .prompts)
  }
}
