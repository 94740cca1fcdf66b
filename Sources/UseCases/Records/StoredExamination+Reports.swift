import ClinicalReports
import Records
import Tables

extension StoredExamination {
  /// The examination as a FHIR Bundle on one line; an OperationOutcome for an image that could not be read.
  public func fhir(_ version: FHIRVersion, by program: ReportingProgram) -> String {
    guard let report else { return FHIRReport.failure(message: failure?.message ?? "") }
    return FHIRReport(report, finished: finished, examination: id.text, program: program, version: version).text
  }

  /// The examination as a DICOM structured report that names no patient; `nil` for an image that could not be read.
  public func structuredReport(by program: ReportingProgram) -> StructuredReport? {
    report.map { StructuredReport($0, finished: finished, examination: id.text, program: program) }
  }

  /// The examination as a page in DICOM that names no patient; `nil` for an image that could not be read.
  public func page(by program: ReportingProgram) -> ReportCapture? {
    report.map { ReportCapture($0, finished: finished, examination: id.text, program: program) }
  }

  /// The examination as a table of comma-separated values with its header.
  public var table: String {
    [ExaminationExport.header, ExaminationExport.row(self)].map { CSVRow.text($0) + "\n" }.joined()
  }
}
