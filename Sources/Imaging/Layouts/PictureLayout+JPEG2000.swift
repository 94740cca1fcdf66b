import TextOutput

extension PictureLayout {
  /// Reads a JP2 file's boxes (ITU-T T.800, annex I), or a bare codestream's header, and checks that it has its end.
  init(jpeg2000 data: ByteReader) throws(FormatFault) {
    do throws(FormatFault) {
      try self.init(jp2: data)
    } catch {
      throw error.ofCodestreamAlone
    }
  }

  private init(jp2 data: ByteReader) throws(FormatFault) {
    let isBare = data.has([0xFF, 0x4F], at: 0)
    var alpha: Bool?
    var codestream = data
    var declared: (width: Int, height: Int)?
    if !isBare {
      let boxes = try ISOBoxes.all(data, in: 0..<data.count)
      guard let header = boxes.first(where: { $0.name == "jp2h" }) else { throw .damaged("it has no header") }
      guard let content = boxes.first(where: { $0.name == "jp2c" })?.content else {
        throw .endsEarly("after \(grouped(data.count)) bytes, without a picture")
      }
      codestream = ByteReader(Array(data.bytes[content]))
      let inside = try ISOBoxes.all(data, in: header.content)
      declared = try Self.checkHeader(data, inside)
      alpha = inside.first { $0.name == "cdef" }.map { Self.definesAlpha(data, $0.content) }
    }
    let stream = try CodestreamHeader(codestream)
    // libvips takes an unspecified fourth component for alpha, too, but does not show it.
    try self.init(
      width: stream.width, height: stream.height, extraChannel: alpha ?? false ? .alpha : .unspecified)
    if let declared, declared != (stream.width, stream.height) {
      throw .damaged(
        "its header says \(grouped(declared.width)) × \(grouped(declared.height)) pixels, and its codestream "
          + "\(grouped(stream.width)) × \(grouped(stream.height))")
    }
    guard !stream.isSigned else { throw .featureNotAccepted("signed samples") }
    guard stream.bits == 16 || (8...14).contains(stream.bits) else {
      throw .featureNotAccepted("\(stream.bits)-bit samples")
    }
    try CodestreamHeader.checkEnd(of: codestream)
    samples.bits = stream.bits
    isShownByBrowsers = false
  }

  /// The size, after the colours have been looked at.
  private static func checkHeader(
    _ data: ByteReader, _ boxes: [ISOBoxes.Box]
  ) throws(FormatFault) -> (width: Int, height: Int) {
    guard let size = boxes.first(where: { $0.name == "ihdr" })?.content,
      let height = HEIFItems.number(data, size.lowerBound, 4, in: size),
      let width = HEIFItems.number(data, size.lowerBound + 4, 4, in: size)
    else { throw .damaged("its header does not say how large its picture is") }
    if boxes.contains(where: { $0.name == "pclr" }) { throw .featureNotAccepted("a palette") }
    for box in boxes where box.name == "colr" && data.u8(at: box.content.lowerBound) == 1 {
      let space = HEIFItems.number(data, box.content.lowerBound + 3, 4, in: box.content)
      // sRGB, grey, sYCC.
      guard let space, [16, 17, 18].contains(space) else {
        throw .featureNotAccepted("colours that are neither grey, RGB nor YCC")
      }
    }
    return (width, height)
  }

  /// Whether a channel is an opacity: type 1, or 2 where the colours have been multiplied by it.
  private static func definesAlpha(_ data: ByteReader, _ cdef: Range<Int>) -> Bool {
    let count = HEIFItems.number(data, cdef.lowerBound, 2, in: cdef) ?? 0
    return (0..<min(count, ImageLimits.channels)).contains { index in
      [1, 2].contains(HEIFItems.number(data, cdef.lowerBound + 4 + 6 * index, 2, in: cdef) ?? 0)
    }
  }
}

extension FormatFault {
  /// The reasons of ``CodestreamHeader`` name JPEG 2000, because it lies inside a DICOM file there.
  fileprivate var ofCodestreamAlone: FormatFault {
    func plain(_ text: String) -> String {
      text.replacing("its JPEG 2000", with: "its codestream").replacing("a JPEG 2000 header", with: "its header")
        .replacing("a JPEG 2000 of", with: "a codestream of").replacing("a JPEG 2000 whose", with: "a codestream whose")
    }
    return switch self {
    case .damaged(let reason): .damaged(plain(reason))
    case .endsEarly(let detail): .endsEarly(plain(detail))
    case .featureNotAccepted(let feature): .featureNotAccepted(plain(feature))
    default: self
    }
  }
}
