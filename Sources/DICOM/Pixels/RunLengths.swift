/// Unpacks a frame of RLE Lossless (PS3.5, annex G): one segment for each byte of each sample, the high byte first, so that
/// colours always come as planes, whatever the Planar Configuration says.
enum RunLengths {
  /// - Returns: the frame as if it were not compressed and planar: little-endian samples, colour after colour.
  static func unpack(
    _ data: LittleEndianBytes, _ fragment: Range<Int>, _ format: PixelFormat
  ) throws(DICOMFault) -> [UInt8] {
    let width = format.bitsAllocated / 8
    let expected = format.samples * width
    guard fragment.count >= 64, let count = data.u32(at: fragment.lowerBound) else {
      throw .endsEarly("the header of run lengths at byte \(fragment.lowerBound)")
    }
    guard count == UInt32(expected) else {
      throw .damaged("its run lengths have \(count) segments instead of \(expected)")
    }
    let pixels = format.width * format.height
    var starts: [Int] = []
    for index in 0..<expected {
      guard let offset = data.u32(at: fragment.lowerBound + 4 + index * 4), offset >= 64,
        Int(offset) <= fragment.count, Int(offset) >= starts.last ?? 64
      else { throw .damaged("the offset of segment \(index + 1) of its run lengths is wrong") }
      starts.append(Int(offset))
    }
    // Two bytes give 128 at most: a small file cannot ask for a large picture's memory.
    guard pixels * expected <= fragment.count * 64 else {
      throw .endsEarly("\(fragment.count) bytes of run lengths for \(pixels * expected) bytes")
    }
    var frame = [UInt8](repeating: 0, count: pixels * expected)
    for index in 0..<expected {
      let end = index + 1 < expected ? starts[index + 1] : fragment.count
      let segment = fragment.lowerBound + starts[index]..<fragment.lowerBound + end
      // Segment 0 of a sample is its highest byte.
      let (sample, byte) = (index / width, width - 1 - index % width)
      let made = unpack(data.bytes, segment, into: &frame, from: sample * pixels * width + byte, by: width, pixels)
      guard made == pixels else {
        throw .endsEarly("segment \(index + 1) of its run lengths gives \(made) of \(pixels) bytes")
      }
    }
    return frame
  }

  /// - Returns: how many bytes the segment gives, at most `count`; anything may follow them.
  private static func unpack(
    _ bytes: [UInt8], _ segment: Range<Int>, into frame: inout [UInt8], from start: Int, by stride: Int, _ count: Int
  ) -> Int {
    var (offset, made) = (segment.lowerBound, 0)
    while made < count, offset < segment.upperBound {
      let control = Int8(bitPattern: bytes[offset])
      offset += 1
      if control >= 0 {
        let length = min(Int(control) + 1, segment.upperBound - offset, count - made)
        for step in 0..<length { frame[start + (made + step) * stride] = bytes[offset + step] }
        made += length
        offset += Int(control) + 1
      } else if control != -128 {
        guard offset < segment.upperBound else { break }
        let length = min(1 - Int(control), count - made)
        for step in 0..<length { frame[start + (made + step) * stride] = bytes[offset] }
        made += length
        offset += 1
      }
    }
    return made
  }
}
