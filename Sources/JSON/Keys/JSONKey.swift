/// Any key of an object, for containers whose keys are data.
public struct JSONKey: CodingKey, Sendable, Hashable {
  /// The key.
  public let stringValue: String
  /// None: an object's keys are texts.
  public var intValue: Int? { nil }

  /// A key.
  public init(_ key: String) { stringValue = key }

  public init(stringValue: String) { self.stringValue = stringValue }

  public init?(intValue: Int) { nil }
}
