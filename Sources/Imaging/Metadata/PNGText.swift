import CZlib

/// A PNG's text chunk (ISO/IEC 15948, 11.3.4) that may contain the orientation.
struct PNGText {
  /// The size limit in bytes of a text, compressed and uncompressed; longer ones are ignored.
  private static let longest = 1 << 20

  let keyword: String
  let content: ArraySlice<UInt8>

  /// `nil` for texts of no interest, and for those that cannot be read.
  init?(_ chunk: String, _ bytes: ArraySlice<UInt8>) {
    guard bytes.count <= Self.longest, let end = bytes.prefix(80).firstIndex(of: 0) else { return nil }
    keyword = String(decoding: bytes[..<end], as: UTF8.self)
    guard keyword == "XML:com.adobe.xmp" || keyword.hasPrefix("Raw profile type ") else { return nil }
    var rest = bytes[(end + 1)...]
    var isPacked = chunk == "zTXt"
    if chunk == "zTXt" { rest = rest.dropFirst() }
    if chunk == "iTXt" {
      isPacked = rest.first == 1
      rest = rest.dropFirst(2)
      // The language and the translated keyword, each with a zero at its end.
      for _ in 0..<2 {
        guard let end = rest.firstIndex(of: 0) else { return nil }
        rest = rest[(end + 1)...]
      }
    }
    guard isPacked else {
      content = rest
      return
    }
    guard let unpacked = Self.inflated(Array(rest)) else { return nil }
    content = unpacked[...]
  }

  private static func inflated(_ packed: [UInt8]) -> [UInt8]? {
    var count = uLongf(longest)
    var status = Z_DATA_ERROR
    let bytes = [UInt8](unsafeUninitializedCapacity: longest) { buffer, initialized in
      status = uncompress(buffer.baseAddress, &count, packed, uLong(packed.count))
      initialized = status == Z_OK ? Int(count) : 0
    }
    return status == Z_OK ? bytes : nil
  }
}
