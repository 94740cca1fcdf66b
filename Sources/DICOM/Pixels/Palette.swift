/// A table of colours for each value (PS3.3, C.7.6.3.1.5 and C.7.6.3.1.6).
struct Palette {
  /// For each value that a sample's bits can hold: red, green and blue in 8 bits.
  let colors: [UInt8]

  /// - Throws: ``DICOMFault`` for a palette that is missing, in segments, or contradicts itself.
  init(_ set: DataSet, _ format: PixelFormat) throws(DICOMFault) {
    if set.has(.segmentedRedData) { throw .notAccepted("a palette in segments") }
    let red = try Self.channel(set, .redDescriptor, .redData, format)
    let green = try Self.channel(set, .greenDescriptor, .greenData, format)
    let blue = try Self.channel(set, .blueDescriptor, .blueData, format)
    var colors = [UInt8](repeating: 0, count: red.count * 3)
    for (channel, levels) in [red, green, blue].enumerated() {
      for (index, level) in levels.enumerated() { colors[index * 3 + channel] = level }
    }
    self.colors = colors
  }

  private static func channel(
    _ set: DataSet, _ descriptor: Tag, _ dataTag: Tag, _ format: PixelFormat
  ) throws(DICOMFault) -> [UInt8] {
    guard let head = set.bytes(descriptor), head.count == 6,
      let claimed = set.data.u16(at: head.startIndex), let start = set.data.u16(at: head.startIndex + 2),
      let bits = set.data.u16(at: head.startIndex + 4)
    else { throw .damaged("\(descriptor), a palette's description, does not have three numbers") }
    let entries = claimed == 0 ? 65_536 : Int(claimed)
    guard bits == 8 || bits == 16 else { throw .notAccepted("a palette of \(bits) bits") }
    guard let bytes = set.bytes(dataTag) else { throw .damaged("\(dataTag), a palette's colours, is missing or empty") }
    let isWide = bytes.count == entries * 2
    guard isWide || bits == 8 && bytes.count == entries + entries % 2 else {
      throw .damaged("\(dataTag) has \(bytes.count) bytes for \(entries) colours of \(bits) bits")
    }
    let first = format.isSigned ? Int(Int16(bitPattern: start)) : Int(start)
    let top = (1 << format.bitsStored) - 1
    let half = 1 << (format.bitsStored - 1)
    return (0..<1 << format.bitsAllocated).map { pattern in
      let value = pattern & top
      let stored = format.isSigned && value >= half ? value - (1 << format.bitsStored) : value
      let entry = min(max(stored - first, 0), entries - 1)
      guard isWide else { return bytes[bytes.startIndex + entry] }
      let at = bytes.startIndex + entry * 2
      // The high byte of 16 bits; of 8 bits in 16, the low one.
      return bits == 16 ? bytes[at + 1] : bytes[at]
    }
  }
}
