import Digests
import Synchronization

/// Bytes that are sent again and again, with their compressed form and entity tag, each made once.
final class StaticContent: Sendable {
  let bytes: [UInt8]
  let entityTag: String
  private let compressed = Mutex<[UInt8]?>(nil)

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    entityTag = "\"\(SHA256Digest(of: bytes).hexadecimal.prefix(20))\""
  }

  /// Whether the bytes were compressed before.
  var isCompressed: Bool { compressed.withLock { $0 != nil } }

  /// The bytes as gzip.
  var gzip: [UInt8]? {
    compressed.withLock { compressed in
      if compressed == nil { compressed = Gzip.compressed(bytes, level: 9) }
      return compressed
    }
  }
}
