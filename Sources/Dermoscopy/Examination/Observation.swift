/// The answer to one of Phase 1's questions.
public struct Observation: Sendable, Hashable, Codable {
  /// The value of an answer in which none of the form's words was found.
  public static let unclear = "unclear"

  /// Canonical words joined by ", "; `unclear` when none was found.
  public var value: String
  /// What the model wrote, untouched.
  public var raw: String

  /// An observation.
  public init(value: String, raw: String) {
    self.value = value
    self.raw = raw
  }
}
