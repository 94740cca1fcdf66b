/// Decodes JPEG-LS (ITU-T T.87): 2 to 16 bits, one or three components, lossless and near-lossless, with the channels one after
/// the other, by row or by sample.
struct JPEGLSDecoder {
  private let format: PixelFormat
  private var segments: JPEGSegments
  private var preset = JPEGLSCoding.Preset()
  private var interval = 0
  private var colors = HPColors.none
  private var header: JPEGFrameHeader?
  private var decoded: Set<Int> = []
  private var samples: [UInt16] = []

  /// The samples of a picture.
  ///
  /// - Throws: `DICOMFault` for a picture that is broken, contradicts the file's description or uses what is not read.
  static func decode(_ bytes: [UInt8], _ format: PixelFormat) throws(DICOMFault) -> [UInt16] {
    var decoder = JPEGLSDecoder(format: format, segments: try JPEGSegments(bytes))
    while let segment = try decoder.segments.next() { try decoder.take(segment) }
    guard decoder.decoded.count == format.samples else {
      throw .endsEarly("its JPEG-LS has \(decoder.decoded.count) of \(format.samples) components")
    }
    decoder.colors.restore(&decoder.samples, bits: decoder.header?.bits ?? format.bitsStored)
    return decoder.samples
  }

  private mutating func take(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    switch segment.marker {
    case 0xF7:
      guard header == nil else { throw .damaged("its JPEG has two frame headers") }
      header = try JPEGFrameHeader(segments, segment, format)
      samples = [UInt16](repeating: 0, count: format.width * format.height * format.samples)
    case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
      throw .damaged("its compressed picture is another JPEG than JPEG-LS")
    case 0xDA: try takeScan(segment)
    case 0xDD:
      guard (2...4).contains(segment.content.count) else { throw .damaged("its JPEG-LS has a broken restart interval") }
      interval = segments.bytes[segment.content].reduce(0) { $0 << 8 | Int($1) }
    case 0xE8: try takeColors(segment)
    case 0xF8: try takePreset(segment)
    default: break  // application segments and comments, which may name a patient
    }
  }

  private mutating func takePreset(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    let start = segment.content.lowerBound
    guard let kind = segments.bytes[segment.content].first else {
      throw .damaged("its JPEG-LS has an empty LSE segment")
    }
    guard kind == 1 else { throw .notAccepted("a JPEG-LS with an LSE segment of type \(kind)") }
    guard segment.content.count == 11 else {
      throw .damaged("the coding parameters of its JPEG-LS have a wrong length")
    }
    let numbers = (0..<5).map { segments.u16(at: start + 1 + 2 * $0) ?? 0 }
    preset.largest = numbers[0]
    preset.thresholds = (numbers[1], numbers[2], numbers[3])
    preset.reset = numbers[4]
  }

  private mutating func takeColors(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    let content = segments.bytes[segment.content]
    guard content.count == 5, content.starts(with: "mrfx".utf8), let number = content.last else { return }
    guard let known = HPColors(rawValue: number) else {
      throw .notAccepted("a JPEG-LS with HP's colour transform \(number)")
    }
    colors = known
  }

  private mutating func takeScan(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    guard let header else { throw .damaged("its JPEG has a scan before its frame header") }
    let content = Array(segments.bytes[segment.content])
    guard let count = content.first.map(Int.init), content.count == 4 + 2 * count, (1...3).contains(count) else {
      throw .damaged("its JPEG-LS has a scan header of \(content.count) bytes")
    }
    var places: [Int] = []
    for index in 0..<count {
      guard let place = header.components.firstIndex(of: content[1 + 2 * index]), decoded.insert(place).inserted else {
        throw .damaged("a scan of its JPEG-LS has a component that is not there, or is there twice")
      }
      guard content[2 + 2 * index] == 0 else { throw .notAccepted("a JPEG-LS with a table of its samples") }
      places.append(place)
    }
    let (near, order, shift) = (Int(content[1 + 2 * count]), content[2 + 2 * count], content[3 + 2 * count])
    guard order <= 2, (order == 0) == (count == 1) else {
      throw .damaged("a scan of its JPEG-LS has \(count) components in order \(order)")
    }
    guard shift == 0 else { throw .notAccepted("a JPEG-LS with a point transform") }
    if colors != .none {
      guard count == 3, [8, 16].contains(header.bits) else {
        throw .notAccepted("a JPEG-LS with HP's colour transform of such components")
      }
    }
    // A palette's numbers have no neighbours that would be nearly right.
    guard near == 0 || format.photometric != .palette else { throw .notAccepted("a palette over lossy samples") }
    let coding = try JPEGLSCoding(preset, bits: header.bits, near: near)
    let bits = EntropyBits(segments.bytes, from: segments.offset, stuffing: .bit)
    var scan = JPEGLSScan(bits, coding, width: header.width, channels: count)
    let (width, channels) = (header.width, header.components.count)
    var filled = samples
    samples = []
    segments.offset = try scan.decode(height: header.height, isBySample: order == 2, interval: interval) {
      row, channel, line in
      var place = row * width * channels + places[channel]
      for sample in line {
        filled[place] = UInt16(truncatingIfNeeded: sample)
        place += channels
      }
    }
    samples = filled
  }
}
