import TextOutput

extension PictureLayout {
  /// Walks a PNG's chunks (ISO/IEC 15948, clause 5).
  init(png data: ByteReader) throws(FormatFault) {
    let headerEnd = 8 + 12 + 13
    guard data.count >= headerEnd else { throw .ends(after: data.count, of: headerEnd) }
    guard data.has("IHDR", at: 12), data.u32(at: 8, bigEndian: true) == 13,
      let width = data.u32(at: 16, bigEndian: true), let height = data.u32(at: 20, bigEndian: true)
    else {
      // Apple's tools rewrite the pictures in iPhone apps so that no PNG reader can read them.
      if data.has("CgBI", at: 12) { throw .featureNotAccepted("Apple's private compression for iPhones (CgBI)") }
      throw .damaged("it does not begin with a header of 13 bytes")
    }
    try self.init(width: width, height: height)

    var offset = headerEnd
    var hasPicture = false
    var notes = PNGMetadata()
    while true {
      guard let length = data.u32(at: offset, bigEndian: true), data.u32(at: offset + 4) != nil else {
        throw .endsEarly("after \(grouped(data.count)) bytes, without its end chunk")
      }
      let letters = data.bytes[(offset + 4)..<(offset + 8)]
      guard letters.allSatisfy({ (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }) else {
        throw .damaged("no chunk at byte \(grouped(offset))")
      }
      let name = String(decoding: letters, as: UTF8.self)
      let end = offset + 12 + length
      guard end <= data.count else {
        throw .endsEarly("\(grouped(data.count)) bytes, in its chunk \(name) that extends to \(grouped(end))")
      }
      if name == "IDAT" { hasPicture = true }
      notes.take(name, data.bytes[(offset + 8)..<(offset + 8 + length)])
      if name == "IEND" { break }
      offset = end
    }
    guard hasPicture else { throw .damaged("it has no picture data") }
    orientationBesideEXIF = notes.orientation
    colors = try notes.colors()
    samples = notes.samples
    // Browsers show wider spaces with the gamut of the screen, and samples that leave their upper bits unused as black.
    isShownByBrowsers = orientationBesideEXIF == nil && colors.overriding == nil && data.bytes[24] < 16
  }
}
