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

/// The folder that structured reports are written to, in the order of the images.
final class StructuredReportFolder: Sendable {
  private let folder: String
  private let paths: [String?]
  private let keepsPatient: Bool
  private let frame: Int?
  private let next = Mutex(0)

  /// Makes the folder.
  ///
  /// - Throws: `UnwritableFile`.
  init(_ folder: String, of inputs: [AnalysisInput], keepsPatient: Bool, frame: Int?) throws {
    self.folder = folder
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
  /// - Throws: ``PatientFault``, `UnwritableFile`.
  func write(_ report: ExaminationReport) throws -> String {
    let place = next.withLock { place in
      defer { place += 1 }
      return place
    }
    let source = keepsPatient ? try identity(of: paths.indices.contains(place) ? paths[place] : nil, report) : nil
    let written = StructuredReport(
      report, finished: Date(), examination: nil, program: AnalysisPrinter.program, source: source, frame: frame)
    let path = "\(folder)/\(written.instance).dcm"
    try AtomicFile.write(written.file, to: path)
    return path
  }

  private func identity(of path: String?, _ report: ExaminationReport) throws(PatientFault) -> DICOMIdentity {
    let name = report.image.name
    guard let path, let content = FileManager.default.contents(atPath: path) else {
      throw PatientFault(image: name, reason: "its file cannot be read again")
    }
    let bytes = Array(content)
    guard SHA256Digest(of: bytes).hexadecimal == report.image.sha256 else {
      throw PatientFault(image: name, reason: "its file has changed meanwhile")
    }
    guard ImageFormat(recognising: Array(bytes.prefix(RecognisedFormat.bytesNeeded))) == .dicom else {
      throw PatientFault(image: name, reason: "it is no DICOM file")
    }
    do throws(DICOMFault) {
      return try DICOMIdentity(bytes, inflatedLimit: ImageLimits.fileBytes)
    } catch {
      throw PatientFault(image: name, reason: "\(error)")
    }
  }
}

/// A file whose patient cannot be put into a report.
struct PatientFault: Fault, Equatable {
  var image: String
  var reason: String
  var kind: FaultKind { .unusableInput }
  var description: String { "\(image): no report with its patient: \(reason)" }
}
