import ClinicalReports

/// The form of an examination that a client asks for: by `format`, in the command line's words, or by what it accepts
/// (RFC 9110, 12.5.1).
enum ReportForm: Equatable {
  /// Our own JSON, also for clients that say nothing or accept anything.
  case json
  /// The report for people.
  case text
  /// A row for spreadsheets, with its header.
  case table
  /// A FHIR Bundle.
  case fhir(FHIRVersion)
  /// A DICOM structured report.
  case structuredReport
  /// A page as a DICOM Secondary Capture.
  case page

  /// The form that a request asks for.
  ///
  /// - Throws: `Problem` 422 for a word that is none of the forms', and for a version of another form than FHIR.
  init(_ request: HTTPRequest) throws(Problem) {
    let version = try Self.version(request.target.query("fhir_version"))
    guard let word = request.target.query("format") else {
      guard version == nil else { throw Self.strayVersion }
      self.init(accept: request.head.fields["accept"])
      return
    }
    if word == "fhir" {
      self = .fhir(version ?? .r4)
      return
    }
    guard let form = Self.named[word] else {
      throw .unprocessable("bad_parameter", "format must be \(Self.words).")
    }
    guard version == nil else { throw Self.strayVersion }
    self = form
  }

  /// The best that a client accepts; our own JSON if that is none of them, as it was before there were others.
  init(accept field: String?) {
    var best: (form: ReportForm, quality: Double)?
    for item in (field ?? "").split(separator: ",") {
      let type = MediaType(item)
      let quality = type.parameters["q"].flatMap { Double($0) } ?? 1
      guard quality > 0, quality > best?.quality ?? 0, let form = Self.form(of: type) else { continue }
      best = (form, quality)
    }
    self = best?.form ?? .json
  }

  private static let named: [String: ReportForm] = [
    "json": .json, "text": .text, "csv": .table, "dicom-sr": .structuredReport, "dicom-sc": .page,
  ]
  private static let words = "text, json, csv, fhir, dicom-sr or dicom-sc"
  private static let strayVersion = Problem.unprocessable("bad_parameter", "fhir_version belongs to format=fhir.")

  private static func version(_ word: String?) throws(Problem) -> FHIRVersion? {
    guard let word else { return nil }
    guard let version = FHIRVersion(rawValue: word) else {
      throw .unprocessable("bad_parameter", "fhir_version must be R4 or R5.")
    }
    return version
  }

  private static func form(of type: MediaType) -> ReportForm? {
    switch type.name {
    case "application/json", "application/*", "*/*": return .json
    case "application/dicom":
      guard let storageClass = type.parameters["sop-class"] else { return .structuredReport }
      return [StructuredReport.storageClass: .structuredReport, ReportCapture.storageClass: .page][storageClass]
    case "application/fhir+json":
      guard let version = type.parameters["fhirversion"] else { return .fhir(.r4) }
      // 4.3 is R4B, for which R4 is valid here.
      return ["4.0": .fhir(.r4), "4.3": .fhir(.r4), "5.0": .fhir(.r5)][version]
    default: return nil
    }
  }
}
