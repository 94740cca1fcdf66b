/// A data element's tag, type and length (PS3.5, 7.1.2 and 7.1.3).
struct ElementHeader {
  /// Explicit length; `nil` for the undefined length.
  typealias Length = Int?

  let tag: Tag
  /// The two letters of the type; `nil` where the transfer syntax leaves it out.
  let type: String?
  let length: Length
  /// Where the value begins.
  let valueStart: Int

  private static let shortTypes: Set<String> = [
    "AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI",
    "UL", "US",
  ]
  private static let longTypes: Set<String> = [
    "OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV",
  ]

  static func isType(_ letters: String) -> Bool { shortTypes.contains(letters) || longTypes.contains(letters) }

  /// - Throws: ``DICOMFault`` when the header, or the value that it announces, does not fit before `end`.
  init(_ data: LittleEndianBytes, at offset: Int, end: Int, isExplicit: Bool) throws(DICOMFault) {
    func ended() -> DICOMFault { .endsEarly("an element's header at byte \(offset) of \(data.count)") }
    guard offset <= end, end - offset >= 8, let group = data.u16(at: offset), let element = data.u16(at: offset + 2)
    else { throw ended() }
    tag = Tag(group: group, element: element)
    var start = offset + 8
    let claimed: UInt32?
    if !isExplicit || tag.group == 0xFFFE {
      type = nil
      claimed = data.u32(at: offset + 4)
    } else {
      let letters = data.letters(at: offset + 4)
      type = letters
      if Self.shortTypes.contains(letters) {
        claimed = data.u16(at: offset + 6).map(UInt32.init)
      } else if Self.longTypes.contains(letters) {
        guard end - offset >= 12 else { throw ended() }
        claimed = data.u32(at: offset + 8)
        start = offset + 12
      } else {
        throw .damaged("element \(tag) at byte \(offset) has a type that does not exist")
      }
    }
    guard let claimed else { throw ended() }
    valueStart = start
    guard claimed != UInt32.max else {
      length = nil
      return
    }
    guard Int(claimed) <= end - start else {
      throw .endsEarly(
        "element \(tag) at byte \(offset) claims \(claimed) bytes, and \(end - start) follow")
    }
    length = Int(claimed)
  }
}
