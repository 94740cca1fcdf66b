import Digests

/// A keyed digest in an identifier's place: equal for the same identifier and key, and of no use to find the identifier
/// without the key.
public struct DICOMPseudonym: Sendable, Hashable {
  /// What was identified.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// Study Instance UID (0020,000D).
    case study
    /// Series Instance UID (0020,000E).
    case series
    /// SOP Instance UID (0008,0018).
    case instance
    /// Tracking UID (0062,0021), which a lesion keeps from picture to picture.
    case lesion
  }

  /// What was identified.
  public let kind: Kind
  /// 32 hexadecimal digits: the first half of HMAC-SHA-256 (RFC 2104).
  public let digits: String

  init(_ kind: Kind, of identifier: some Sequence<UInt8>, key: [UInt8]) {
    self.kind = kind
    // The kind is part of the message: one UID in two places has two digests.
    let message = Array(kind.rawValue.utf8) + [0] + Array(identifier)
    digits = String(Self.code(of: message, key: key).hexadecimal.prefix(32))
  }

  /// HMAC-SHA-256 (RFC 2104): a key longer than SHA-256's block of 64 bytes counts by its digest.
  static func code(of message: [UInt8], key: [UInt8]) -> SHA256Digest {
    var block = key.count > 64 ? SHA256Digest(of: key).bytes : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    let inner = SHA256Digest(of: block.map { $0 ^ 0x36 } + message)
    return SHA256Digest(of: block.map { $0 ^ 0x5C } + inner.bytes)
  }
}
