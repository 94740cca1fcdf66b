import CCrypto
import Faults

/// A SHA-256 digest: 32 bytes, shown as 64 lower-case hexadecimal digits.
public struct SHA256Digest: Sendable, Hashable, CustomStringConvertible {
  /// The digest's 32 bytes.
  public let bytes: [UInt8]

  /// The digest of some bytes.
  public init(of bytes: some Sequence<UInt8>) {
    var hasher = SHA256Hasher()
    if bytes.withContiguousStorageIfAvailable({ hasher.update($0) }) == nil {
      Array(bytes).withUnsafeBufferPointer { hasher.update($0) }
    }
    self = hasher.finish()
  }

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Reads 64 hexadecimal digits, of either case; `nil` for anything else.
  public init?(hexadecimal: some StringProtocol) {
    let digits = hexadecimal.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return nil }
      bytes.append(UInt8(high << 4 | low))
    }
    self.bytes = bytes
  }

  /// 64 lower-case hexadecimal digits.
  public var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  public var description: String { hexadecimal }
}

/// Takes bytes piece by piece and gives their SHA-256 (libcrypto's).
public struct SHA256Hasher: ~Copyable {
  private let context: OpaquePointer?

  /// A hasher that has seen no byte.
  public init() {
    Libcrypto.keepUntilProcessEnds()
    context = EVP_MD_CTX_new()
    EVP_DigestInit_ex(context, EVP_sha256(), nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Takes the next bytes.
  public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    EVP_DigestUpdate(context, start, bytes.count)
  }

  /// Takes the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    EVP_DigestUpdate(context, start, bytes.count)
  }

  /// The digest of everything seen.
  public consuming func finish() -> SHA256Digest {
    var bytes = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &bytes, nil)
    return SHA256Digest(bytes: bytes)
  }
}
