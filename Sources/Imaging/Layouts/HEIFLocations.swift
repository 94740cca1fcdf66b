import TextOutput

/// The `iloc` box of a HEIF file: where the bytes of its items are (ISO/IEC 14496-12, 8.11.3).
enum HEIFLocations {
  /// Checks that every item's bytes are in the file.
  ///
  /// - Throws: `FormatFault` where an item goes beyond the file, or the box is not whole.
  static func check(_ data: ByteReader, _ iloc: Range<Int>, idat: Range<Int>?) throws(FormatFault) {
    let damaged = FormatFault.damaged("its list of places is not whole")
    var offset = iloc.lowerBound
    func take(_ width: Int) throws(FormatFault) -> Int {
      guard let value = HEIFItems.number(data, offset, width, in: iloc) else { throw damaged }
      offset += width
      return value
    }
    let version = try take(1)
    _ = try take(3)
    guard version <= 2 else { throw .featureNotAccepted("a list of places of version \(version)") }
    let sizes = try take(2)
    let (offsetSize, lengthSize, baseSize) = (sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15)
    let indexSize = version == 0 ? 0 : sizes & 15
    guard [offsetSize, lengthSize, baseSize, indexSize].allSatisfy({ [0, 4, 8].contains($0) }) else { throw damaged }
    for _ in 0..<(try take(version < 2 ? 2 : 4)) {
      _ = try take(version < 2 ? 2 : 4)
      let method = version == 0 ? 0 : try take(2) & 15
      _ = try take(2)
      let base = try take(baseSize)
      for _ in 0..<(try take(2)) {
        _ = try take(indexSize)
        let (start, length) = (try take(offsetSize), try take(lengthSize))
        let room = method == 0 ? data.count : method == 1 ? idat?.count ?? 0 : Int.max
        let (first, overflows) = base.addingReportingOverflow(start)
        guard !overflows, first <= room, length <= room - first else {
          throw .endsEarly(
            "an item of \(grouped(length)) bytes goes beyond the \(grouped(room)) bytes that there are")
        }
      }
    }
  }
}
