/// A frame header of lossless JPEG or JPEG-LS (ITU-T T.81, B.2.2; T.87, C.2.2), held to what the file says of its picture.
struct JPEGFrameHeader {
  let width: Int
  let height: Int
  /// Bits of a sample, 2 to 16.
  let bits: Int
  /// The components' identifiers, in the order of the channels.
  let components: [UInt8]

  /// - Throws: `DICOMFault` for a header that is broken or contradicts the file's description.
  init(_ segments: JPEGSegments, _ segment: JPEGSegments.Segment, _ format: PixelFormat) throws(DICOMFault) {
    let start = segment.content.lowerBound
    guard segment.content.count >= 6, let height = segments.u16(at: start + 1), let width = segments.u16(at: start + 3),
      segment.content.count == 6 + 3 * Int(segments.bytes[start + 5])
    else { throw .damaged("its JPEG has a frame header of \(segment.content.count) bytes") }
    (self.width, self.height, bits) = (width, height, Int(segments.bytes[start]))
    let places = (0..<Int(segments.bytes[start + 5])).map { start + 6 + 3 * $0 }
    components = places.map { segments.bytes[$0] }

    guard width == format.width, height == format.height else {
      throw .damaged(
        "its compressed picture has \(width) × \(height) pixels, and the file says \(format.width) × \(format.height)")
    }
    guard components.count == format.samples else {
      throw .damaged("its JPEG has \(components.count) components, and the file says \(format.samples)")
    }
    // More bits than are stored, and fewer: both are common, and change no sample.
    guard (2...format.bitsAllocated).contains(bits) else {
      throw .damaged("its JPEG has samples of \(bits) bits, and the file's have \(format.bitsAllocated)")
    }
    guard Set(components).count == components.count else { throw .damaged("two components of its JPEG have one name") }
    guard places.allSatisfy({ segments.bytes[$0 + 1] == 0x11 }) else {
      throw .notAccepted("a JPEG whose components differ in their size")
    }
  }
}
