import CZlib

/// Compression by RFC 1952.
enum Gzip {
  /// Shorter bodies are not worth it, in bytes.
  static let shortest = 1_024
  /// Longer bodies take more than a millisecond, in bytes; they are compressed elsewhere than they are sent.
  static let largestAtOnce = 32_768
  /// The level for content that is generated each time; it must be fast.
  static let quickLevel: Int32 = 1

  /// The bytes compressed; `nil` when zlib will not.
  static func compressed(_ bytes: [UInt8], level: Int32 = 6) -> [UInt8]? {
    var stream = z_stream()
    // 15 bits of window, and 16 for gzip's wrapping (zlib's manual, deflateInit2).
    guard
      deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    guard let capacity = Int(exactly: deflateBound(&stream, UInt(bytes.count))),
      let count = UInt32(exactly: bytes.count),
      let room = UInt32(exactly: capacity)
    else { return nil }
    var input = bytes
    var isComplete = false
    let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      input.withUnsafeMutableBufferPointer { source in
        stream.next_in = source.baseAddress
        stream.avail_in = count
        stream.next_out = buffer.baseAddress
        stream.avail_out = room
        isComplete = deflate(&stream, Z_FINISH) == Z_STREAM_END
        initialized = capacity - Int(stream.avail_out)
      }
    }
    return isComplete ? output : nil
  }
}
