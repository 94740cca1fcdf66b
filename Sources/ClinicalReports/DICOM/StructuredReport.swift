import DICOM
import Dermoscopy
import Foundation

/// An examination as a DICOM structured report: Comprehensive SR, by template TID 1500, unverified and preliminary.
///
/// Without the identifiers of the image's file it names no patient, and its study is its own. With them, an archive files it
/// beside the image.
public struct StructuredReport: Sendable {
  /// Comprehensive SR Storage.
  public static let storageClass = "1.2.840.10008.5.1.4.1.1.88.33"

  private let report: ExaminationReport
  private let finished: Date
  private let program: ReportingProgram
  private let source: DICOMIdentity?
  private let frame: Int?
  private let identity: ReportIdentity

  /// A report to be written.
  ///
  /// - Parameters:
  ///   - report: the examination.
  ///   - finished: when it ended.
  ///   - examination: its id, if it is stored.
  ///   - program: what wrote it.
  ///   - source: the identifiers of the image's file, if the report is to bear them.
  ///   - frame: which frame of the image was read, if it was chosen.
  public init(
    _ report: ExaminationReport, finished: Date, examination: String?, program: ReportingProgram,
    source: DICOMIdentity? = nil, frame: Int? = nil
  ) {
    self.report = report
    self.finished = finished
    self.program = program
    self.source = source
    self.frame = frame
    identity = ReportIdentity(report, finished: finished, examination: examination)
  }

  /// The SOP Instance UID; the same for the same examination.
  public var instance: String { identity.uid("structured report") }

  /// The whole file (PS3.10).
  public var file: [UInt8] {
    var set = DICOMElements()
    putDocument(into: &set)
    putPatientAndStudy(into: &set)
    ReportContent(report, program: program, identity: identity, source: source, frame: frame).root.put(into: &set)
    if set.needsUnicode { set.put(0x0008_0005, "CS", "ISO_IR 192") }
    return DICOMElements.file(of: set, class: Self.storageClass, instance: instance)
  }

  private func putDocument(into set: inout DICOMElements) {
    let (date, time) = (Self.moment(finished, "yyyyMMdd"), Self.moment(finished, "HHmmss"))
    set.put(0x0008_0012, "DA", date)
    set.put(0x0008_0013, "TM", time)
    set.put(0x0008_0016, "UI", Self.storageClass)
    set.put(0x0008_0018, "UI", instance)
    set.put(0x0008_0023, "DA", date)
    set.put(0x0008_0033, "TM", time)
    set.put(0x0008_0060, "CS", "SR")
    set.put(0x0008_0070, "LO", ReportingProgram.name)
    set.put(0x0008_0201, "SH", "+0000")
    set.put(0x0008_103E, "LO", "DermGemma, for research")
    set.put(0x0008_1090, "LO", ReportingProgram.name)
    set.put(0x0008_1111, [])
    set.put(0x0018_1020, "LO", program.version)
    set.put(0x0020_000E, "UI", identity.uid("series"))
    set.put(0x0020_0011, "IS", "6565")
    set.put(0x0020_0013, "IS", "1")
    set.put(0x0040_A372, [])
    set.put(0x0040_A491, "CS", "COMPLETE")
    set.put(0x0040_A493, "CS", "UNVERIFIED")
    set.put(0x0040_A496, "CS", "PRELIMINARY")
  }

  private func putPatientAndStudy(into set: inout DICOMElements) {
    for (tag, type) in DICOMIdentity.copied { set.put(tag, type, source?.text(of: tag) ?? "") }
    guard let source else {
      set.put(0x0020_000D, "UI", identity.uid("study"))
      return
    }
    set.put(0x0020_000D, "UI", source.study)
    var image = DICOMElements()
    image.put(0x0008_1150, "UI", source.storageClass)
    image.put(0x0008_1155, "UI", source.instance)
    var series = DICOMElements()
    series.put(0x0008_1199, [image])
    series.put(0x0020_000E, "UI", source.series)
    var study = DICOMElements()
    study.put(0x0008_1115, [series])
    study.put(0x0020_000D, "UI", source.study)
    set.put(0x0040_A375, [study])
  }

  private static func moment(_ date: Date, _ format: String) -> String {
    let parts = Date.ISO8601FormatStyle().format(date).filter(\.isNumber)
    return format == "yyyyMMdd" ? String(parts.prefix(8)) : String(parts.dropFirst(8).prefix(6))
  }
}
