import ClinicalReports
import Imaging
import JSON
import Records
import UseCases

/// A kept examination in every form that the command line writes.
extension Application {
  /// One examination, by `format` or by `Accept`.
  func examination(_ request: HTTPRequest) async throws -> HTTPResponse {
    let form = try ReportForm(request)
    guard let id = RecordID(request.parameter("examination_id")), let kept = try await opened().examination(id) else {
      throw Problem.notFound("There is no such examination.")
    }
    var response = try await written(kept, as: form)
    response.isCompressible = true
    return response.with("Cache-Control", "no-store").with("Vary", "Accept")
  }

  private func written(_ kept: StoredExamination, as form: ReportForm) async throws -> HTTPResponse {
    let program = ReportingProgram(version: settings.version)
    func answer(_ type: String, _ bytes: some Sequence<UInt8>) -> HTTPResponse {
      HTTPResponse(200, body: .bytes(Array(bytes))).with("Content-Type", type)
    }
    switch form {
    case .json: return .json(try OrderedJSON.line(Entry(kept)))
    case .text:
      guard let text = kept.report?.text else { throw Self.noReport }
      return answer("text/plain; charset=utf-8", text.utf8)
    case .table: return answer("text/csv; charset=utf-8", kept.table.utf8)
    case .fhir(let version): return answer(version.mediaType, kept.fhir(version, by: program).utf8)
    case .structuredReport:
      guard let report = kept.structuredReport(by: program) else { throw Self.noReport }
      return answer("application/dicom", report.file)
    case .page:
      guard let page = kept.page(by: program) else { throw Self.noReport }
      return answer("application/dicom", try await drawn(page, of: kept))
    }
  }

  private static let noReport = Problem.notFound("An image that could not be read has no report in this form.")

  /// A page with the picture that was read, where that is among the images and uploads as it was.
  private func drawn(_ page: ReportCapture, of kept: StoredExamination) async throws -> [UInt8] {
    let path = stored(kept.imageName)?.path
    do {
      return try await pictures.performInTurn {
        try page.file(with: path.flatMap { RecordedPictures.picture(of: kept, at: $0) })
      }
    } catch let fault as DrawingFault {
      throw Problem.unavailable("no_page", "\(fault).", retryAfter: nil)
    }
  }
}
