import Foundation

/// The id of a run or an examination: 1 to 64 ASCII letters, digits, `-` and `_`.
public struct RecordID: Sendable, Hashable, CustomStringConvertible {
  /// Characters at most.
  public static let longest = 64

  /// The id's text.
  public let text: String

  /// A new id, which no other has: a random UUID in lower case.
  public init() { text = UUID().uuidString.lowercased() }

  /// An id from outside; `nil` when it has other characters or is too long.
  public init?(_ text: some StringProtocol) {
    let allowed = text.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        true
      default: false
      }
    }
    guard allowed, (1...Self.longest).contains(text.utf8.count) else { return nil }
    self.text = String(text)
  }

  /// The text.
  public var description: String { text }
}

extension RecordID: Codable {
  /// Writes the text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Reads the text.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let id = RecordID(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no id")
    }
    self = id
  }
}
