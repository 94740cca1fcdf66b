/// Decodes lossless JPEG (ITU-T T.81, annex H: Huffman codes and any of the seven predictors): 2 to 16 bits, one or three components
/// in one scan or in one each.
struct LosslessJPEGDecoder {
  private let format: PixelFormat
  private var segments: JPEGSegments
  private var tables: [UInt8: HuffmanTable.Definition] = [:]
  private var interval = 0
  private var header: JPEGFrameHeader?
  private var decoded: Set<Int> = []
  private var samples: [UInt16] = []

  /// The samples of a picture.
  ///
  /// - Throws: `DICOMFault` for a picture that is broken, contradicts the file's description or uses what is not read.
  static func decode(_ bytes: [UInt8], _ format: PixelFormat) throws(DICOMFault) -> [UInt16] {
    var decoder = LosslessJPEGDecoder(format: format, segments: try JPEGSegments(bytes))
    while let segment = try decoder.segments.next() { try decoder.take(segment) }
    guard decoder.decoded.count == format.samples else {
      throw .endsEarly("its JPEG has \(decoder.decoded.count) of \(format.samples) components")
    }
    return decoder.samples
  }

  private mutating func take(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    switch segment.marker {
    case 0xC3:
      guard header == nil else { throw .damaged("its JPEG has two frame headers") }
      header = try JPEGFrameHeader(segments, segment, format)
      samples = [UInt16](repeating: 0, count: format.width * format.height * format.samples)
    case 0xC4: try takeTables(segment)
    case 0xC0...0xC2, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF, 0xF7:
      throw .damaged("its compressed picture is another JPEG than a lossless one")
    case 0xDA: try takeScan(segment)
    case 0xDD:
      guard segment.content.count == 2, let count = segments.u16(at: segment.content.lowerBound) else {
        throw .damaged("its JPEG has a broken restart interval")
      }
      guard count.isMultiple(of: format.width) else { throw .notAccepted("a lossless JPEG that restarts within a row") }
      interval = count / format.width
    default: break  // application segments and comments, which may name a patient
    }
  }

  private mutating func takeTables(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    var offset = segment.content.lowerBound
    while offset < segment.content.upperBound {
      guard offset + 17 <= segment.content.upperBound else { throw .damaged("a Huffman table of its JPEG is cut") }
      let counts = Array(segments.bytes[offset + 1..<offset + 17])
      let end = offset + 17 + counts.reduce(0) { $0 + Int($1) }
      guard end <= segment.content.upperBound else { throw .damaged("a Huffman table of its JPEG is cut") }
      // The table's class and number; differences have class 0.
      tables[segments.bytes[offset]] = .init(counts: counts, values: Array(segments.bytes[offset + 17..<end]))
      offset = end
    }
  }

  private mutating func takeScan(_ segment: JPEGSegments.Segment) throws(DICOMFault) {
    guard let header else { throw .damaged("its JPEG has a scan before its frame header") }
    let content = Array(segments.bytes[segment.content])
    guard let count = content.first.map(Int.init), content.count == 4 + 2 * count, (1...3).contains(count) else {
      throw .damaged("its JPEG has a scan header of \(content.count) bytes")
    }
    var channels: [(place: Int, table: HuffmanTable)] = []
    for index in 0..<count {
      guard let place = header.components.firstIndex(of: content[1 + 2 * index]), decoded.insert(place).inserted else {
        throw .damaged("a scan of its JPEG has a component that is not there, or is there twice")
      }
      guard let definition = tables[content[2 + 2 * index] >> 4] else {
        throw .damaged("a Huffman table of its JPEG is missing")
      }
      channels.append((place, try HuffmanTable(definition)))
    }
    let (predictor, shift) = (Int(content[1 + 2 * count]), Int(content[3 + 2 * count] & 0xF))
    guard (1...7).contains(predictor), shift < header.bits else {
      throw .damaged("a scan of its JPEG has predictor \(predictor) and a point transform of \(shift) bits")
    }
    // A palette's numbers have no neighbours that would be nearly right.
    guard shift == 0 || format.photometric != .palette else { throw .notAccepted("a palette over lossy samples") }
    let bits = EntropyBits(segments.bytes, from: segments.offset, stuffing: .byte)
    var scan = LosslessJPEGScan(bits, channels: channels, predictor: predictor, bits: header.bits - shift)
    segments.offset = try scan.decode(
      into: &samples, width: header.width, height: header.height, stride: header.components.count,
      interval: interval)
    guard shift > 0 else { return }
    for (place, _) in channels {
      for at in stride(from: place, to: samples.count, by: header.components.count) {
        samples[at] <<= UInt16(shift)
      }
    }
  }
}
