/// The elements of a data set, or of a sequence's item, that are read. Everything else is stepped over, and its value
/// never leaves the file's bytes.
struct DataSet {
  enum Value {
    /// Where the value's bytes are.
    case bytes(Range<Int>)
    case items([DataSet])
    /// Encapsulated pixels: the offset table's bytes, then each fragment's.
    case fragments(table: Range<Int>, [Range<Int>])
  }

  let data: LittleEndianBytes
  var values: [Tag: Value] = [:]

  func has(_ tag: Tag) -> Bool { values[tag] != nil }

  /// The bytes of a value; `nil` without that element, or when it is empty.
  func bytes(_ tag: Tag) -> ArraySlice<UInt8>? {
    guard case .bytes(let range) = values[tag], !range.isEmpty else { return nil }
    return data.bytes[range]
  }

  func items(_ tag: Tag) -> [DataSet] {
    guard case .items(let items) = values[tag] else { return [] }
    return items
  }

  /// An unsigned whole number of two bytes (US).
  ///
  /// - Throws: ``DICOMFault`` when the element has another length.
  func number(_ tag: Tag) throws(DICOMFault) -> Int? {
    guard let bytes = bytes(tag) else { return nil }
    guard bytes.count == 2, let number = data.u16(at: bytes.startIndex) else {
      throw .damaged("\(tag) has \(bytes.count) bytes instead of 2")
    }
    return Int(number)
  }

  /// The same, where the standard requires it.
  func required(_ tag: Tag) throws(DICOMFault) -> Int {
    guard let number = try number(tag) else { throw .damaged("\(tag) is missing or empty") }
    return number
  }

  /// The parts of a text, trimmed; for comparison with the standard's own words only.
  func words(_ tag: Tag) -> [String] {
    guard let bytes = bytes(tag), bytes.count <= 1_024 else { return [] }
    let text = String(decoding: bytes, as: UTF8.self)
    return text.split(separator: "\\", omittingEmptySubsequences: false).map { part in
      var part = part
      while let last = part.unicodeScalars.last, last == " " || last == "\0" { part.unicodeScalars.removeLast() }
      return String(part.drop { $0 == " " })
    }
  }

  /// The first part of a text; `nil` without one.
  func word(_ tag: Tag) -> String? { words(tag).first.flatMap { $0.isEmpty ? nil : $0 } }

  /// The decimal numbers of a text (DS, IS).
  ///
  /// - Throws: ``DICOMFault`` when a part is not a finite number.
  func decimals(_ tag: Tag) throws(DICOMFault) -> [Double] {
    guard let size = bytes(tag)?.count else { return [] }
    guard size <= 1_024 else { throw .damaged("\(tag) has \(size) bytes where numbers are written") }
    let words = words(tag)
    if words.allSatisfy(\.isEmpty) { return [] }
    var numbers: [Double] = []
    for word in words {
      // `Double` would take "inf", "nan" and hexadecimal digits too.
      let isDecimal = word.utf8.count <= 32 && word.utf8.allSatisfy { Self.decimalLetters.contains($0) }
      guard isDecimal, let number = Double(word), number.isFinite else {
        throw .damaged("\(tag) is not a number")
      }
      numbers.append(number)
    }
    return numbers
  }

  private static let decimalLetters = Set("0123456789+-.eE".utf8)
}
