import Digests
import Faults
import Foundation

/// The token that clients must send, and the cookie derived from it that browsers send instead.
public struct AccessToken: Sendable {
  /// Characters of the shortest token that is accepted.
  public static let shortest = 16
  static let cookie = "dermgemma_session"

  private let token: SHA256Digest
  /// The cookie's value. It does not give the token away, and is another for every token.
  let session: String

  /// A token; `nil` when it is too short, or has characters that no header field carries.
  init?(_ text: String) {
    guard text.utf8.count >= Self.shortest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    token = SHA256Digest(of: Array(text.utf8))
    session = SHA256Digest(of: Array("dermgemma-session/1\n\(text)".utf8)).hexadecimal
  }

  /// Reads a token from the first line of a file.
  ///
  /// - Throws: `ServerFault.unusableFile`.
  public init(fileAt path: String) throws(ServerFault) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .unusableFile(path: path, reason: "the token cannot be read")
    }
    let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map { $0.trimmed } ?? ""
    guard let token = AccessToken(line) else {
      throw .unusableFile(
        path: path,
        reason: "its first line must be a token of at least \(Self.shortest) ASCII characters without spaces")
    }
    self = token
  }

  /// Whether this is the token; takes as long for a wrong one as for the right one.
  func admits(_ text: some StringProtocol) -> Bool {
    // Digests are compared, so timing reveals nothing about the token.
    Self.equal(SHA256Digest(of: Array(text.utf8)).bytes, token.bytes)
  }

  /// Whether a request shows the token, or the cookie that was given for it.
  func admits(_ head: RequestHead) -> Bool {
    if let authorization = head.fields["authorization"] {
      let parts = authorization.split(separator: " ", maxSplits: 1)
      return parts.count == 2 && parts[0].lowercased() == "bearer" && admits(parts[1].trimmed)
    }
    for field in head.fields.values("cookie") {
      for pair in field.split(separator: ";") {
        let sides = pair.split(separator: "=", maxSplits: 1).map(\.trimmed)
        if sides.count == 2, sides[0] == Self.cookie, Self.equal(Array(sides[1].utf8), Array(session.utf8)) {
          return true
        }
      }
    }
    return false
  }

  /// Compares all bytes, whatever the first ones say.
  private static func equal(_ first: [UInt8], _ second: [UInt8]) -> Bool {
    guard first.count == second.count else { return false }
    return zip(first, second).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }
}
