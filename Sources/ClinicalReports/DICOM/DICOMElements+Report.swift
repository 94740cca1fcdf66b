import DICOM
import Foundation

/// What our structured reports and pages have in common.
extension DICOMElements {
  /// A number of two bytes.
  mutating func put(_ tag: UInt32, short number: Int) {
    put(tag, "US", bytes: [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)])
  }

  /// When and by what a report was made, and which instance it is (PS3.3, C.12.1 and C.7.5.1).
  mutating func putOrigin(class storage: String, instance: String, finished: Date, program: ReportingProgram) {
    let digits = Date.ISO8601FormatStyle().format(finished).filter(\.isNumber)
    let (date, time) = (String(digits.prefix(8)), String(digits.dropFirst(8).prefix(6)))
    put(0x0008_0012, "DA", date)
    put(0x0008_0013, "TM", time)
    put(0x0008_0016, "UI", storage)
    put(0x0008_0018, "UI", instance)
    put(0x0008_0023, "DA", date)
    put(0x0008_0033, "TM", time)
    put(0x0008_0070, "LO", ReportingProgram.name)
    put(0x0008_0201, "SH", "+0000")
    put(0x0008_103E, "LO", "DermGemma, for research")
    put(0x0008_1090, "LO", ReportingProgram.name)
    put(0x0018_1020, "LO", program.version)
    put(0x0020_0013, "IS", "1")
  }

  /// The patient and the study of the image's file; without one, no patient and a study of the report's own.
  mutating func putPatientAndStudy(of source: DICOMIdentity?, otherwise identity: ReportIdentity) {
    for (tag, type) in DICOMIdentity.copied { put(tag, type, source?.text(of: tag) ?? "") }
    put(0x0020_000D, "UI", source?.study ?? identity.uid("study"))
  }

  /// A reference to the image's file.
  static func reference(to source: DICOMIdentity) -> DICOMElements {
    var image = DICOMElements()
    image.put(0x0008_1150, "UI", source.storageClass)
    image.put(0x0008_1155, "UI", source.instance)
    return image
  }
}
