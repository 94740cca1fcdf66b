/// A file's data set, found and unpacked (PS3.10, 7): with or without preamble and file meta information.
struct Part10 {
  let dataSet: DataSet
  let transferSyntax: TransferSyntax
  /// Media Storage SOP Class UID (0002,0002).
  let mediaClass: String?

  /// - Parameters:
  ///   - limit: the most bytes that a deflated data set may have.
  ///   - others: elements that are noted beside ``Tag/kept``.
  init(_ bytes: [UInt8], limit: Int, keeping others: Set<Tag> = []) throws(DICOMFault) {
    let data = LittleEndianBytes(bytes)
    var offset = Self.hasPreamble(bytes) ? 132 : 0
    var syntax: TransferSyntax?
    var storage: String?
    if data.u16(at: offset) == 2 {
      let meta = try Self.meta(data, from: offset)
      (syntax, storage) = (meta.syntax, meta.storage)
      offset = meta.end
    }
    guard offset < data.count else { throw .endsEarly("no data set follows byte \(offset)") }
    // Without a transfer syntax the letters of a type, or their absence, tell the two apart that such files may have.
    let encoding = syntax ?? (ElementHeader.isType(data.letters(at: offset + 4)) ? .explicit : .implicit)
    (transferSyntax, mediaClass) = (encoding, storage)
    if encoding.isDeflated {
      let inflated = LittleEndianBytes(try Inflation.inflate(bytes[offset...], limit: limit))
      var reader = DataSetReader(inflated, isExplicit: true, keeping: others)
      dataSet = try reader.dataSet(from: 0)
    } else {
      var reader = DataSetReader(data, isExplicit: encoding.isExplicit, keeping: others)
      dataSet = try reader.dataSet(from: offset)
    }
  }

  static func hasPreamble(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 132 && bytes[128..<132].elementsEqual("DICM".utf8)
  }

  static func isDICOM(_ beginning: [UInt8]) -> Bool {
    if hasPreamble(beginning) { return true }
    let data = LittleEndianBytes(beginning)
    // The first element of file meta information, or of a data set: one of the first of group 8.
    guard let group = data.u16(at: 0), group == 2 || group == 8, let element = data.u16(at: 2), element < 0x100 else {
      return false
    }
    if ["UL", "UI", "CS", "OB", "DA", "SH"].contains(data.letters(at: 4)) { return true }
    // Implicit types: a short value, then another element of the group.
    guard group == 8, let length = data.u32(at: 4), length <= 512, length.isMultiple(of: 2),
      data.u16(at: 8 + Int(length)) == 8, let next = data.u16(at: 10 + Int(length)), next > element, next < 0x100
    else { return false }
    return true
  }

  private static func meta(
    _ data: LittleEndianBytes, from start: Int
  ) throws(DICOMFault) -> (syntax: TransferSyntax?, storage: String?, end: Int) {
    var set = DataSet(data: data)
    var offset = start
    var announced: Int?
    var last: Tag?
    while data.u16(at: offset) == 2 {
      let header = try ElementHeader(data, at: offset, end: data.count, isExplicit: true)
      if let last, header.tag <= last {
        throw .damaged("element \(header.tag) at byte \(offset) follows \(last): elements ascend, each once")
      }
      last = header.tag
      guard let length = header.length else { throw .damaged("element \(header.tag) at byte \(offset) has no length") }
      offset = header.valueStart + length
      if header.tag == .fileMetaGroupLength {
        guard length == 4, let count = data.u32(at: header.valueStart) else {
          throw .damaged("\(header.tag) has \(length) bytes instead of 4")
        }
        announced = offset + Int(count)
      }
      if header.tag == .transferSyntax || header.tag == .mediaStorageClass {
        set.values[header.tag] = .bytes(header.valueStart..<offset)
      }
    }
    if let announced, announced != offset {
      throw .damaged(
        "\(Tag.fileMetaGroupLength) ends the file meta information at byte \(announced), and it ends at \(offset)")
    }
    guard let uid = set.word(.transferSyntax) else { return (nil, set.word(.mediaStorageClass), offset) }
    return (try TransferSyntax(uid: uid), set.word(.mediaStorageClass), offset)
  }
}
