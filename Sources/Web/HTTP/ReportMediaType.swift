import ClinicalReports

/// The form of an examination that a client accepts (RFC 9110, 12.5.1).
enum ReportMediaType: Equatable {
  /// Our own JSON, also for clients that say nothing or accept anything.
  case json
  /// A FHIR Bundle.
  case fhir(FHIRVersion)
  /// A DICOM structured report.
  case dicom

  /// The best that a client accepts; our own JSON if that is none of them, as it was before there were others.
  init(accept field: String?) {
    var best: (form: ReportMediaType, quality: Double)?
    for item in (field ?? "").split(separator: ",") {
      let type = MediaType(item)
      let quality = type.parameters["q"].flatMap { Double($0) } ?? 1
      guard quality > 0, quality > best?.quality ?? 0, let form = Self.form(of: type) else { continue }
      best = (form, quality)
    }
    self = best?.form ?? .json
  }

  private static func form(of type: MediaType) -> ReportMediaType? {
    switch type.name {
    case "application/json", "application/*", "*/*": return .json
    case "application/dicom": return .dicom
    case "application/fhir+json":
      guard let version = type.parameters["fhirversion"] else { return .fhir(.r4) }
      // 4.3 is R4B, for which R4 is valid here.
      return ["4.0": .fhir(.r4), "4.3": .fhir(.r4), "5.0": .fhir(.r5)][version]
    default: return nil
    }
  }
}
