import AtomicFiles
import ClinicalReports
import DICOM
import Dermoscopy
import Digests
import Faults
import Foundation
import Imaging
import Synchronization
import UseCases
import VisionLanguage

/// The folder that reports in DICOM are written to, in the order of the images.
final class ReportFolder: Sendable {
  private let folder: String
  private let format: AnalysisFormat
  private let paths: [String?]
  private let keepsPatient: Bool
  private let frame: Int?
  private let next = Mutex(0)

  /// Makes the folder.
  ///
  /// - Throws: `UnwritableFile`.
  init(_ folder: String, as format: AnalysisFormat, of inputs: [AnalysisInput], keepsPatient: Bool, frame: Int?) throws
  {
    self.folder = folder
    self.format = format
    self.keepsPatient = keepsPatient
    self.frame = frame
    paths = inputs.map { input in
      if case .file(let path) = input.source { path } else { nil }
    }
    try Folder.make(folder)
  }

  /// An image has no report.
  func passOver() { next.withLock { $0 += 1 } }

  /// Writes the next image's report.
  ///
  /// - Returns: its path: a file is named after its own UID, so that it tells nothing of the image's name.
  /// - Throws: ``ReportFault``, `DrawingFault`, `UnwritableFile`.
  func write(_ report: ExaminationReport) throws -> String {
    let place = next.withLock { place in
      defer { place += 1 }
      return place
    }
    let path = paths.indices.contains(place) ? paths[place] : nil
    let source = keepsPatient ? try identity(of: path, report) : nil
    let (instance, file): (String, [UInt8])
    switch format {
    case .dicomSC:
      let page = ReportCapture(
        report, finished: Date(), examination: nil, program: AnalysisPrinter.program, source: source, frame: frame)
      (instance, file) = (page.instance, try page.file(with: try picture(of: path, report)))
    default:
      let written = StructuredReport(
        report, finished: Date(), examination: nil, program: AnalysisPrinter.program, source: source, frame: frame)
      (instance, file) = (written.instance, written.file)
    }
    try AtomicFile.write(file, to: "\(folder)/\(instance).dcm")
    return "\(folder)/\(instance).dcm"
  }

  /// The image's file, once more.
  private func bytes(of path: String, _ report: ExaminationReport) throws(ReportFault) -> [UInt8] {
    guard let content = FileManager.default.contents(atPath: path) else {
      throw ReportFault(image: report.image.name, reason: "its file cannot be read again")
    }
    let bytes = Array(content)
    guard SHA256Digest(of: bytes).hexadecimal == report.image.sha256 else {
      throw ReportFault(image: report.image.name, reason: "its file has changed meanwhile")
    }
    return bytes
  }

  /// The picture for the page; `nil` for one from standard input, which cannot be read again.
  private func picture(of path: String?, _ report: ExaminationReport) throws -> PixelImage? {
    guard let path else { return nil }
    return try ImageDecoder.decode(
      try bytes(of: path, report), name: report.image.name, dicom: DICOMOptions(frame: frame)
    ).image
  }

  private func identity(of path: String?, _ report: ExaminationReport) throws(ReportFault) -> DICOMIdentity {
    let name = report.image.name
    guard let path else { throw ReportFault(image: name, reason: "its file cannot be read again") }
    let bytes = try bytes(of: path, report)
    guard ImageFormat(recognising: Array(bytes.prefix(RecognisedFormat.bytesNeeded))) == .dicom else {
      throw ReportFault(image: name, reason: "there is no patient in it, for it is no DICOM file")
    }
    do throws(DICOMFault) {
      return try DICOMIdentity(bytes, inflatedLimit: ImageLimits.fileBytes)
    } catch {
      throw ReportFault(image: name, reason: "\(error)")
    }
  }
}

/// An image of which no report can be written.
struct ReportFault: Fault, Equatable {
  var image: String
  var reason: String
  var kind: FaultKind { .unusableInput }
  var description: String { "\(image): no report can be written: \(reason)" }
}
