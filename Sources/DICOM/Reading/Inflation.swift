import CZlib

/// Unpacks a deflated data set (PS3.5, A.5: RFC 1951, without zlib's header).
enum Inflation {
  private static let step = 1 << 18

  /// - Throws: ``DICOMFault`` when the bytes are damaged, end early, or give more than `limit` bytes.
  static func inflate(_ bytes: ArraySlice<UInt8>, limit: Int) throws(DICOMFault) -> [UInt8] {
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw .damaged("its deflated data set cannot be unpacked")
    }
    defer { inflateEnd(&stream) }
    var input = Array(bytes)
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: step)
    var status = Z_OK
    let isWhole = input.withUnsafeMutableBufferPointer { source in
      stream.next_in = source.baseAddress
      stream.avail_in = UInt32(clamping: source.count)
      while status == Z_OK, output.count <= limit {
        let made = piece.withUnsafeMutableBufferPointer { target in
          stream.next_out = target.baseAddress
          stream.avail_out = UInt32(target.count)
          status = CZlib.inflate(&stream, Z_NO_FLUSH)
          return target.count - Int(stream.avail_out)
        }
        output += piece[..<made]
        // No progress is possible any more: the input is used up.
        if status == Z_BUF_ERROR || status == Z_OK && made == 0 { return false }
      }
      return status == Z_STREAM_END
    }
    guard output.count <= limit else { throw .notAccepted("a deflated data set of more than \(limit) bytes") }
    guard isWhole else {
      if status == Z_OK || status == Z_BUF_ERROR {
        throw .endsEarly("its deflated data set stops after \(output.count) unpacked bytes")
      }
      throw .damaged("its deflated data set cannot be unpacked after byte \(output.count)")
    }
    return output
  }
}
