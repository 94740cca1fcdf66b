import TextOutput

extension PictureLayout {
  /// Reads a WebP's container (RFC 9649): the size of the canvas, and whether every chunk is whole.
  init(webP data: ByteReader) throws(FormatFault) {
    guard let riffSize = data.u32(at: 4) else { throw .endsEarly("after \(grouped(data.count)) bytes") }
    let end = riffSize + 8
    guard end <= data.count else { throw .ends(after: data.count, of: end) }
    guard let size = Self.webPSize(data) else { throw .damaged("it does not begin with a picture or a canvas") }
    try self.init(width: size.width, height: size.height)

    var offset = 12
    var frames = 0
    var orientation: Int?
    while offset < end {
      guard let length = data.u32(at: offset + 4) else { throw .damaged("its last chunk has no length") }
      guard length <= end - offset - 8 else {
        throw .damaged(
          "a chunk at byte \(grouped(offset)) extends to \(grouped(offset + 8 + length)) of \(grouped(end))")
      }
      if data.has("ANMF", at: offset) { frames += 1 }
      if data.has("XMP ", at: offset) {
        orientation = OrientationMetadata.inXMP(data.bytes[(offset + 8)..<(offset + 8 + length)])
      }
      offset += 8 + length + length % 2
    }
    guard frames <= ImageLimits.frames else { throw .featureNotAccepted("\(grouped(frames)) frames") }
    orientationBesideEXIF = orientation
    isShownByBrowsers = orientation == nil
  }

  private static func webPSize(_ data: ByteReader) -> (width: Int, height: Int)? {
    if data.has("VP8X", at: 12), let width = data.u24(at: 24), let height = data.u24(at: 27) {
      return (width + 1, height + 1)
    }
    if data.has("VP8 ", at: 12), data.has([0x9D, 0x01, 0x2A], at: 23), let width = data.u16(at: 26),
      let height = data.u16(at: 28)
    {
      return (width & 0x3FFF, height & 0x3FFF)
    }
    if data.has("VP8L", at: 12), data.u8(at: 20) == 0x2F, let bits = data.u32(at: 21) {
      return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    }
    return nil
  }
}
