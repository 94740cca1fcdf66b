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

  let report: ExaminationReport
  let finished: Date
  let program: ReportingProgram
  let source: DICOMIdentity?
  let frame: Int?
  let identity: ReportIdentity

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
    set.putPatientAndStudy(of: source, otherwise: identity)
    putEvidence(into: &set)
    ReportContent(report, program: program, identity: identity, source: source, frame: frame).root.put(into: &set)
    if set.needsUnicode { set.put(0x0008_0005, "CS", "ISO_IR 192") }
    return DICOMElements.file(of: set, class: Self.storageClass, instance: instance)
  }

  private func putDocument(into set: inout DICOMElements) {
    set.putOrigin(class: Self.storageClass, instance: instance, finished: finished, program: program)
    set.put(0x0008_0060, "CS", "SR")
    set.put(0x0008_1111, [])
    set.put(0x0020_000E, "UI", identity.uid("series"))
    set.put(0x0020_0011, "IS", "6565")
    set.put(0x0040_A372, [])
    set.put(0x0040_A491, "CS", "COMPLETE")
    set.put(0x0040_A493, "CS", "UNVERIFIED")
    set.put(0x0040_A496, "CS", "PRELIMINARY")
  }

  /// The images that the report is about.
  private func putEvidence(into set: inout DICOMElements) {
    guard let source else { return }
    var series = DICOMElements()
    series.put(0x0008_1199, [DICOMElements.reference(to: source)])
    series.put(0x0020_000E, "UI", source.series)
    var study = DICOMElements()
    study.put(0x0008_1115, [series])
    study.put(0x0020_000D, "UI", source.study)
    set.put(0x0040_A375, [study])
  }
}
