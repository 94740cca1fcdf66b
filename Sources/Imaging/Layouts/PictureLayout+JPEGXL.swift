import TextOutput

extension PictureLayout {
  /// Reads the header of a JPEG XL codestream (ISO 18181-1), bare or in a container's boxes: size, orientation, samples.
  init(jpegXL data: ByteReader) throws(FormatFault) {
    let header = try JPEGXLHeader(try Self.codestream(data))
    guard !header.isFloatingPoint else { throw .featureNotAccepted("floating-point samples") }
    guard header.bits <= 16 else { throw .featureNotAccepted("samples of more than 16 bits") }
    // libjxl keeps every channel of a picture in memory.
    guard header.extraChannels <= 2 else {
      throw .featureNotAccepted("\(grouped(header.extraChannels)) channels beside its colours")
    }
    let isTurned = header.orientation > 4
    try self.init(
      width: isTurned ? header.height : header.width, height: isTurned ? header.width : header.height)
    samples.fillsRange = true
    isShownByBrowsers = false
  }

  private static func codestream(_ data: ByteReader) throws(FormatFault) -> ByteReader {
    if data.has([0xFF, 0x0A], at: 0) { return data }
    var stream: [UInt8] = []
    for box in try ISOBoxes.all(data, in: 0..<data.count) {
      if box.name == "jxlc" { return ByteReader(Array(data.bytes[box.content].prefix(JPEGXLHeader.bytesNeeded))) }
      // A part's first four bytes are its number.
      if box.name == "jxlp" { stream += data.bytes[box.content].dropFirst(4).prefix(JPEGXLHeader.bytesNeeded) }
    }
    guard !stream.isEmpty else { throw .endsEarly("after \(grouped(data.count)) bytes, without a picture") }
    return ByteReader(stream)
  }
}
