import Foundation

/// The key that a server asks for. It is sent in a header and appears nowhere else: what prints this value prints no key.
public struct AccessKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  private let text: String

  /// The environment variable that may hold a key.
  public static let variable = "DERMGEMMA_ENDPOINT_KEY"
  private static let longest = 4096

  /// A key.
  ///
  /// - Parameters:
  ///   - text: the key, with or without white space around it.
  ///   - origin: the file or variable that it is from, for messages.
  /// - Throws: `RemoteFault.badKey` for one that is empty or that no header can carry.
  public init(_ text: String, from origin: String) throws(RemoteFault) {
    let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard !text.isEmpty else { throw .badKey(origin: origin, reason: "it holds no key") }
    guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badKey(origin: origin, reason: "its first line is no key: printable ASCII without spaces")
    }
    self.text = text
  }

  /// The key on the first line of a file.
  ///
  /// - Throws: `RemoteFault.badKey`.
  public init(fileAt path: String) throws(RemoteFault) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .badKey(origin: path, reason: "it cannot be read")
    }
    let line = data.prefix(Self.longest + 2).split(separator: 0x0A, omittingEmptySubsequences: false).first ?? Data()
    try self.init(String(decoding: line, as: UTF8.self), from: path)
  }

  /// The header's value.
  var authorization: String { "Bearer \(text)" }

  /// Text from a server without the key, which some repeat in their messages.
  func removed(from foreign: String) -> String { foreign.replacing(text, with: "[key]") }

  /// Not the key.
  public var description: String { "[key]" }
  /// Not the key.
  public var debugDescription: String { description }
  /// Without the key.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
