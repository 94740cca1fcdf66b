import DICOM
import Dermoscopy
import Foundation
import Imaging
import VisionLanguage

/// An examination as a DICOM picture of its page: Secondary Capture, for viewers that show no structured reports.
///
/// As ``StructuredReport``, it names no patient and has a study of its own, unless it is given the identifiers of the
/// image's file. Nothing drawn on the page names anybody.
public struct ReportCapture: Sendable {
  /// Secondary Capture Image Storage.
  public static let storageClass = "1.2.840.10008.5.1.4.1.1.7"

  /// The same report as a tree.
  private let tree: StructuredReport

  /// A page to be drawn.
  ///
  /// - Parameters:
  ///   - report: the examination.
  ///   - finished: when it ended.
  ///   - examination: its id, if it is stored.
  ///   - program: what wrote it.
  ///   - source: the identifiers of the image's file, if the page's file is to bear them.
  ///   - frame: which frame of the image was read, if it was chosen.
  public init(
    _ report: ExaminationReport, finished: Date, examination: String?, program: ReportingProgram,
    source: DICOMIdentity? = nil, frame: Int? = nil
  ) {
    tree = StructuredReport(
      report, finished: finished, examination: examination, program: program, source: source, frame: frame)
  }

  /// The SOP Instance UID; the same for the same examination.
  public var instance: String { tree.identity.uid("page") }

  /// The whole file (PS3.10): 8-bit RGB, not compressed.
  ///
  /// - Parameter picture: the picture that was read; `nil` where it is not at hand, and the page has an empty square.
  /// - Throws: `DrawingFault`.
  public func file(with picture: PixelImage?) throws(DrawingFault) -> [UInt8] {
    let page = try ReportPage(tree.report, finished: tree.finished, program: tree.program).drawn(with: picture)
    var set = DICOMElements()
    set.putOrigin(class: Self.storageClass, instance: instance, finished: tree.finished, program: tree.program)
    set.putPatientAndStudy(of: tree.source, otherwise: tree.identity)
    putDescription(into: &set)
    put(page, into: &set)
    if set.needsUnicode { set.put(0x0008_0005, "CS", "ISO_IR 192") }
    return DICOMElements.file(of: set, class: Self.storageClass, instance: instance)
  }

  /// Series, equipment, and what the picture shows (PS3.3, A.8.1).
  private func putDescription(into set: inout DICOMElements) {
    set.put(0x0008_0008, "CS", "DERIVED\\SECONDARY")
    set.put(0x0008_0060, "CS", "OT")
    set.put(0x0008_0064, "CS", "WSD")  // Workstation
    set.put(0x0008_2111, "ST", "Page of a report: \(ReportingProgram.notice)")
    if let source = tree.source {
      var image = DICOMElements.reference(to: source)
      image.put(0x0008_1160, "IS", tree.frame.map(String.init))
      set.put(0x0008_2112, [image])
    }
    set.put(0x0018_1016, "LO", ReportingProgram.name)
    set.put(0x0018_1018, "LO", ReportingProgram.name)
    set.put(0x0018_1019, "LO", tree.program.version)
    set.put(0x0020_000E, "UI", tree.identity.uid("page's series"))
    set.put(0x0020_0011, "IS", "6566")
    set.put(0x0020_0020, "CS", "")
    set.put(0x0020_4000, "LT", ReportingProgram.notice)
    set.put(0x0028_0301, "CS", "YES")
  }

  /// Image Pixel (PS3.3, C.7.6.3).
  private func put(_ page: PageCanvas, into set: inout DICOMElements) {
    set.put(0x0028_0002, short: 3)
    set.put(0x0028_0004, "CS", "RGB")
    set.put(0x0028_0006, short: 0)
    set.put(0x0028_0010, short: page.height)
    set.put(0x0028_0011, short: page.width)
    set.put(0x0028_0100, short: 8)
    set.put(0x0028_0101, short: 8)
    set.put(0x0028_0102, short: 7)
    set.put(0x0028_0103, short: 0)
    set.put(0x7FE0_0010, "OB", bytes: page.pixels)
  }
}
