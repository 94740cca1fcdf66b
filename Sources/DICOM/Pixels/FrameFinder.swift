/// Finds the bytes of one frame among a file's pixels.
struct FrameFinder {
  private let elements: DataSet
  private let format: PixelFormat

  init(_ elements: DataSet, _ format: PixelFormat) {
    self.elements = elements
    self.format = format
  }

  /// A frame that is not compressed.
  ///
  /// - Parameter index: from 0.
  func native(_ index: Int) throws(DICOMFault) -> Range<Int> {
    guard case .bytes(let range) = elements.values[.pixelData] else { throw noPixels }
    let (needed, overflow) = format.frameBytes.multipliedReportingOverflow(by: format.frames)
    guard !overflow, range.count >= needed else {
      throw .endsEarly(
        "\(Tag.pixelData) has \(range.count) bytes of the \(format.frames) × \(format.frameBytes) needed")
    }
    guard range.count <= needed + 1 else {
      throw .damaged("\(Tag.pixelData) has \(range.count) bytes, and its picture has \(needed)")
    }
    let start = range.lowerBound + index * format.frameBytes
    return start..<start + format.frameBytes
  }

  /// The fragments of a compressed frame.
  ///
  /// - Parameter index: from 0.
  func compressed(_ index: Int) throws(DICOMFault) -> ArraySlice<Range<Int>> {
    guard case .fragments(let table, let fragments) = elements.values[.pixelData] else { throw noPixels }
    guard !fragments.isEmpty else { throw .endsEarly("\(Tag.pixelData) has no fragment") }
    let firsts = try firsts(table, fragments)
    let end = index + 1 < firsts.count ? firsts[index + 1] : fragments.count
    return fragments[firsts[index]..<end]
  }

  /// Which fragment each frame begins with.
  private func firsts(_ table: Range<Int>, _ fragments: [Range<Int>]) throws(DICOMFault) -> [Int] {
    guard fragments.count >= format.frames else {
      throw .endsEarly("\(Tag.pixelData) has \(fragments.count) fragments for \(format.frames) frames")
    }
    if let offsets = try offsets(table) {
      // Each offset counts from the first fragment's item.
      guard let base = fragments.first?.lowerBound else { throw noPixels }
      var places: [Int: Int] = [:]
      for (index, fragment) in fragments.enumerated() { places[fragment.lowerBound - base] = index }
      var firsts: [Int] = []
      for (index, offset) in offsets.enumerated() {
        guard let place = places[offset], place > firsts.last ?? -1, index > 0 || place == 0 else {
          throw .damaged("the offset of frame \(index + 1) in its offset table leads to no fragment")
        }
        firsts.append(place)
      }
      return firsts
    }
    if format.frames == 1 { return [0] }
    if fragments.count == format.frames { return Array(0..<format.frames) }
    let begins = fragments.indices.filter { Self.beginsPicture(elements.data, fragments[$0]) }
    guard begins.count == format.frames, begins.first == 0 else {
      throw .damaged(
        "\(fragments.count) fragments without an offset table cannot be told apart as \(format.frames) frames")
    }
    return begins
  }

  /// The extended offset table if there is one, else the basic one; `nil` when both are empty.
  private func offsets(_ table: Range<Int>) throws(DICOMFault) -> [Int]? {
    let (range, width): (Range<Int>, Int)
    if let extended = elements.bytes(.offsetTable) {
      guard table.isEmpty else { throw .damaged("it has two offset tables") }
      (range, width) = (extended.startIndex..<extended.endIndex, 8)
    } else {
      guard !table.isEmpty else { return nil }
      (range, width) = (table, 4)
    }
    guard range.count == format.frames * width else {
      throw .damaged("its offset table has \(range.count) bytes for \(format.frames) frames")
    }
    return stride(from: range.lowerBound, to: range.upperBound, by: width).map { offset in
      let number = width == 8 ? elements.data.u64(at: offset) : elements.data.u32(at: offset).map(UInt64.init)
      return number.flatMap(Int.init(exactly:)) ?? -1
    }
  }

  /// The first marker of JPEG and JPEG-LS, or of JPEG 2000.
  private static func beginsPicture(_ data: LittleEndianBytes, _ fragment: Range<Int>) -> Bool {
    fragment.count >= 2 && [0xD8FF, 0x4FFF].contains(data.u16(at: fragment.lowerBound) ?? 0)
  }

  private var noPixels: DICOMFault {
    if elements.has(.floatPixelData) || elements.has(.doublePixelData) { return .notAccepted("floating-point samples") }
    guard elements.has(.pixelData) else { return .damaged("it has no pixels, \(Tag.pixelData)") }
    return .damaged(
      "\(Tag.pixelData) does not fit the transfer syntax: compressed pixels are in fragments, others are not")
  }
}
