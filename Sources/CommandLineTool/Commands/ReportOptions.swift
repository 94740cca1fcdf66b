import ClinicalReports

/// How `analyze` prints what it finds.
enum AnalysisFormat: String, CaseIterable {
  /// A report for people.
  case text
  /// One object a line.
  case json
  /// One FHIR Bundle a line.
  case fhir
  /// A DICOM structured report for each image, in a folder.
  case dicomSR = "dicom-sr"
  /// A picture of each report's page as a DICOM Secondary Capture, in a folder.
  case dicomSC = "dicom-sc"

  /// Whether reports are files in a folder.
  var isDICOM: Bool { self == .dicomSR || self == .dicomSC }
}

/// The options of commands that write reports for hospitals.
enum ReportOption {
  static let format = Option<AnalysisFormat>(
    "--format",
    help: "What is printed: the report (default), JSON objects, FHIR Bundles; or DICOM structured reports, or pages as "
      + "DICOM pictures, into --out.")
  static let fhirVersion = Option<FHIRVersion>(
    "--fhir-version", help: "The version of FHIR (default R4).", normalize: { $0.uppercased() })
  static let out = Option<String>(path: "--out", "DIR", help: "dicom-sr, dicom-sc: the folder of the reports.")
  static let keepPatient = Flag(
    "--keep-patient",
    help:
      "dicom-sr, dicom-sc: copies patient, study and the image's UIDs from the DICOM file, so that an archive files the report "
      + "beside the image. Nothing else gets them.")

  /// Those of `analyze`.
  static let all: [any CommandOption] = [format, fhirVersion, out, keepPatient]
}

/// What `analyze` was asked to write.
struct AnalysisForm {
  let format: AnalysisFormat
  let version: FHIRVersion
  let folder: String?
  let keepsPatient: Bool

  /// - Throws: `UsageFault` for options that do not go together.
  init(_ arguments: ParsedArguments) throws(UsageFault) {
    func wrong(_ message: String) -> UsageFault { UsageFault(message: message, command: "analyze") }
    let chosen = try arguments[ReportOption.format]
    let isJSON = arguments[AnalyzeOption.json]
    if isJSON, let chosen, chosen != .json { throw wrong("--json and --format \(chosen.rawValue) exclude each other") }
    format = chosen ?? (isJSON ? .json : .text)
    let named = try arguments[ReportOption.fhirVersion]
    if named != nil, format != .fhir { throw wrong("--fhir-version belongs to --format fhir") }
    version = named ?? .r4
    folder = try arguments[ReportOption.out]
    keepsPatient = arguments[ReportOption.keepPatient]
    if format.isDICOM, folder == nil { throw wrong("--format \(format.rawValue) needs --out DIR") }
    if arguments.has(GroupOption.groupBy), format == .fhir || format.isDICOM {
      throw wrong(
        "--group-by gives one report a lesion, as text or json; --format \(format.rawValue) gives one an image")
    }
    if !format.isDICOM, folder != nil || keepsPatient {
      throw wrong("--out and --keep-patient belong to --format dicom-sr and dicom-sc")
    }
  }
}
