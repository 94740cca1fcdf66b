import Foundation

/// The identifiers of a DICOM file's patient, study and picture, for a report that an archive files beside the picture.
///
/// Nothing else in the program reads them: they go from the file into the report that asks for them, and nowhere else.
public struct DICOMIdentity: Sendable {
  /// What a report copies as it is: tags with their types.
  public static let copied: [(tag: UInt32, type: String)] = [
    (0x0008_0020, "DA"), (0x0008_0030, "TM"), (0x0008_0050, "SH"), (0x0008_0090, "PN"), (0x0010_0010, "PN"),
    (0x0010_0020, "LO"), (0x0010_0030, "DA"), (0x0010_0040, "CS"), (0x0020_0010, "SH"),
  ]

  /// Study Instance UID (0020,000D).
  public let study: String
  /// Series Instance UID (0020,000E).
  public let series: String
  /// SOP Class UID (0008,0016).
  public let storageClass: String
  /// SOP Instance UID (0008,0018).
  public let instance: String
  private let texts: [UInt32: String]

  /// Reads a file's identifiers.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - inflatedLimit: the most bytes that a deflated data set may have.
  /// - Throws: ``DICOMFault``: the file is damaged, lacks an identifier, or names the patient in a character set that is
  ///   neither ASCII, Latin-1 nor UTF-8.
  public init(_ bytes: [UInt8], inflatedLimit: Int) throws(DICOMFault) {
    let characterSet = Tag(0x0008_0005)
    let texts = Self.copied.map { Tag($0.tag) }
    let file = try Part10(bytes, limit: inflatedLimit, keeping: Set(texts + [characterSet])).dataSet
    func uid(_ tag: Tag) throws(DICOMFault) -> String {
      let digits = Set("0123456789.".utf8)
      guard let word = file.word(tag), word.utf8.count <= 64, word.utf8.allSatisfy(digits.contains) else {
        throw .damaged("\(tag), which a report for an archive needs, is missing or no UID")
      }
      return word
    }
    (study, series) = (try uid(.studyInstance), try uid(.seriesInstance))
    (storageClass, instance) = (try uid(.sopClass), try uid(.sopInstance))
    let set = file.word(characterSet) ?? ""
    var found: [UInt32: String] = [:]
    for tag in texts {
      guard let bytes = file.bytes(tag) else { continue }
      guard bytes.count <= 1_024 else { throw .damaged("\(tag) has \(bytes.count) bytes") }
      guard let text = Self.decoded(bytes, set) else {
        throw .notAccepted("a report for an archive in this character set (neither ASCII, ISO_IR 100 nor ISO_IR 192)")
      }
      found[tag.value] = text
    }
    self.texts = found
  }

  /// The text of one of ``copied``; `nil` where the file has none.
  public func text(of tag: UInt32) -> String? { texts[tag] }

  private static func decoded(_ bytes: ArraySlice<UInt8>, _ characterSet: String) -> String? {
    let bytes = bytes.reversed().drop { $0 == 0 || $0 == 0x20 }.reversed()
    guard bytes.allSatisfy({ $0 >= 0x20 }) else { return nil }
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    switch characterSet {
    case "ISO_IR 192": return String(validating: Array(bytes), as: UTF8.self)
    case "ISO_IR 100": return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    default: return nil
    }
  }
}
