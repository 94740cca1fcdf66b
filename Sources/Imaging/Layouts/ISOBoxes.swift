import TextOutput

/// The boxes of an ISO base media file (ISO/IEC 14496-12, 4.2), as HEIC, AVIF, JPEG 2000 and JPEG XL have them.
struct ISOBoxes: Sequence, IteratorProtocol {
  /// A box: its name of four characters, and where its content is.
  struct Box: Equatable {
    let name: String
    let content: Range<Int>
  }

  private let data: ByteReader
  private let end: Int
  private var offset: Int
  /// What is wrong with the box at which the walk stopped.
  private(set) var fault: FormatFault?

  init(_ data: ByteReader, in range: Range<Int>) {
    self.data = data
    offset = range.lowerBound
    end = range.upperBound
  }

  /// All boxes of a range.
  ///
  /// - Throws: `FormatFault` for a box that goes beyond the range.
  static func all(_ data: ByteReader, in range: Range<Int>) throws(FormatFault) -> [Box] {
    var boxes = ISOBoxes(data, in: range)
    var all: [Box] = []
    while let box = boxes.next() { all.append(box) }
    if let fault = boxes.fault { throw fault }
    return all
  }

  mutating func next() -> Box? {
    guard offset < end, fault == nil else { return nil }
    guard let short = data.u32(at: offset, bigEndian: true), offset + 8 <= end else {
      fault = .endsEarly("a box at byte \(grouped(offset)) has no header")
      return nil
    }
    // The name's bytes, each as a character: never text that was not looked at.
    let name = String(data.bytes[(offset + 4)..<(offset + 8)].map { Character(Unicode.Scalar($0)) })
    var (start, length) = (offset + 8, UInt64(short))
    if short == 0 {
      length = UInt64(end - offset)
    } else if short == 1 {
      length = data.number(at: offset + 8, bytes: 8, bigEndian: true) ?? .max
      start += 8
    }
    guard length >= UInt64(start - offset) else {
      fault = .damaged("a box at byte \(grouped(offset)) has \(grouped(length)) bytes")
      return nil
    }
    guard length <= UInt64(end - offset), start <= end else {
      fault = .endsEarly(
        "a box at byte \(grouped(offset)) has \(grouped(length)) bytes, and \(grouped(end - offset)) are left")
      return nil
    }
    let box = Box(name: name, content: start..<(offset + Int(length)))
    offset += Int(length)
    return box
  }
}
