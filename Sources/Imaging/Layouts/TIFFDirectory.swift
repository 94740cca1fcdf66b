import TextOutput

/// The first directory of a TIFF or BigTIFF file (TIFF 6.0, section 2).
struct TIFFDirectory {
  enum Tag {
    static let subfileType = 254
    static let width = 256
    static let height = 257
    static let bitsPerSample = 258
    static let compression = 259
    static let photometric = 262
    static let stripOffsets = 273
    static let orientation = 274
    static let samplesPerPixel = 277
    static let rowsPerStrip = 278
    static let stripByteCounts = 279
    static let largestSampleSeen = 281
    static let planarConfiguration = 284
    static let colorMap = 320
    static let tileWidth = 322
    static let tileHeight = 323
    static let tileOffsets = 324
    static let tileByteCounts = 325
    static let extraSamples = 338
    static let smallestSample = 340
    static let largestSample = 341
    static let dngVersion = 50_706
  }

  private struct Entry {
    let type: Int
    let count: UInt64
    let valueOffset: Int
  }

  private let data: ByteReader
  private let bigEndian: Bool
  private let big: Bool
  private var entries: [Int: Entry] = [:]
  /// Where the file says where its next directory is: the bytes of that offset, which may lie outside the file.
  let nextDirectory: Range<Int>

  init(_ data: ByteReader) throws(FormatFault) {
    self.data = data
    bigEndian = data.u8(at: 0) == 0x4D
    big = data.u16(at: 2, bigEndian: bigEndian) == 43
    if big, data.u16(at: 4, bigEndian: bigEndian) != 8 { throw .damaged("its offsets are not of 8 bytes") }
    let word = big ? 8 : 4
    guard let start = data.number(at: big ? 8 : 4, bytes: word, bigEndian: bigEndian) else {
      throw .endsEarly("after \(grouped(data.count)) bytes")
    }
    guard let offset = Int(exactly: start), offset < data.count,
      let count = data.number(at: offset, bytes: big ? 8 : 2, bigEndian: bigEndian)
    else { throw .endsEarly("its directory begins at byte \(grouped(start)) of \(grouped(data.count))") }

    let entrySize = big ? 20 : 12
    let first = offset + (big ? 8 : 2)
    guard count <= 65_535, first + Int(count) * entrySize <= data.count else {
      throw .endsEarly("its directory of \(grouped(count)) entries goes beyond the file's \(grouped(data.count)) bytes")
    }
    nextDirectory = first + Int(count) * entrySize..<first + Int(count) * entrySize + word
    for index in 0..<Int(count) {
      let at = first + index * entrySize
      guard let tag = data.u16(at: at, bigEndian: bigEndian), let type = data.u16(at: at + 2, bigEndian: bigEndian),
        let valueCount = data.number(at: at + 4, bytes: word, bigEndian: bigEndian)
      else { throw .damaged("its directory cannot be read") }
      if entries[tag] == nil { entries[tag] = Entry(type: type, count: valueCount, valueOffset: at + 4 + word) }
    }
  }

  func has(_ tag: Int) -> Bool { entries[tag] != nil }

  /// The unsigned whole numbers of an entry; empty without that entry.
  func values(_ tag: Int) throws(FormatFault) -> [UInt64] {
    guard let entry = entries[tag] else { return [] }
    let width: Int
    switch entry.type {
    case 1: width = 1  // BYTE
    case 3: width = 2  // SHORT
    case 4, 13: width = 4  // LONG, IFD
    case 16, 18: width = 8  // LONG8, IFD8
    default: throw .damaged("entry \(tag) is not of whole numbers")
    }
    guard entry.count > 0, entry.count <= UInt64(data.count) else {
      throw .damaged("entry \(tag) claims to have \(grouped(entry.count)) values")
    }
    let count = Int(entry.count)
    var offset = entry.valueOffset
    if count * width > (big ? 8 : 4) {
      guard let start = data.number(at: offset, bytes: big ? 8 : 4, bigEndian: bigEndian),
        let inside = Int(exactly: start), inside <= data.count, count * width <= data.count - inside
      else { throw .endsEarly("the values of entry \(tag) lie beyond the file's \(grouped(data.count)) bytes") }
      offset = inside
    }
    var values: [UInt64] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      guard let value = data.number(at: offset + index * width, bytes: width, bigEndian: bigEndian) else {
        throw .damaged("entry \(tag) cannot be read")
      }
      values.append(value)
    }
    return values
  }

  /// The first number of an entry.
  func value(_ tag: Int) throws(FormatFault) -> Int? {
    guard let value = try values(tag).first else { return nil }
    return Int(clamping: value)
  }
}
