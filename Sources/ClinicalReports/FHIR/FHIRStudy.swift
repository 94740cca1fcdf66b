import Dermoscopy
import JSON

/// The ImagingStudy that a DICOM file's picture belongs to, by keyed identifiers alone.
///
/// Its UIDs are `2.25.` and the number of a keyed digest (PS3.5, B.2): equal for pictures of one study, series or instance under
/// one key, and never the file's own. It names no patient; what FHIR insists on says that it is masked.
struct FHIRStudy {
  private let study: String
  private let series: String?
  private let lesion: ImagedLesion
  private let version: FHIRVersion

  /// The study of a report's picture; `nil` unless it came from a DICOM file whose identifiers were kept by a key.
  init?(of report: ExaminationReport, _ version: FHIRVersion) {
    guard let lesion = report.image.lesion, let study = lesion.pseudonyms?["study"], Self.uid(study) != nil else {
      return nil
    }
    (self.study, self.series) = (study, lesion.pseudonyms?["series"])
    (self.lesion, self.version) = (lesion, version)
  }

  /// A digest's UID; `nil` for what is none.
  private static func uid(_ digits: String) -> String? {
    guard digits.utf8.count == 32 else { return nil }
    return UInt128(digits, radix: 16).map { "2.25.\($0)" }
  }

  /// The keyed UID of a picture's instance as an identifier; `nil` where it is not known.
  static func instance(of image: ExaminationReport.Image) -> JSONValue? {
    image.lesion?.pseudonyms?["instance"].flatMap(uid).map { uid in
      FHIR.object([
        ("type", FHIR.concept(text: "Keyed digest of the SOP Instance UID")), ("system", .string("urn:dicom:uid")),
        ("value", .string("urn:oid:" + uid)),
      ])
    }
  }

  /// The digest as an identifier.
  var digest: JSONValue {
    FHIR.object([
      ("type", FHIR.concept(text: "Keyed digest of the Study Instance UID")), ("value", .string(study)),
    ])
  }

  /// The resource.
  func resource(id: String) -> JSONValue {
    let uid = FHIR.object([
      ("system", .string("urn:dicom:uid")), ("value", Self.uid(study).map { .string("urn:oid:" + $0) }),
    ])
    let masked = FHIR.object([
      ("url", .string("http://hl7.org/fhir/StructureDefinition/data-absent-reason")), ("valueCode", .string("masked")),
    ])
    return FHIR.object([
      ("resourceType", .string("ImagingStudy")), ("id", .string(id)), ("identifier", .array([uid, digest])),
      ("status", .string("available")), ("modality", .array([modality])),
      ("subject", FHIR.object([("extension", .array([masked])), ("display", .string("not named"))])),
      ("description", .string("UIDs are keyed digests, not the file's own")), ("series", seriesList),
    ])
  }

  /// R5 has concepts where R4 has codes.
  private func coded(_ code: ClinicalCode) -> JSONValue? {
    version == .r4 ? FHIR.coding(code) : FHIR.concept([code], text: code.meaning)
  }

  private var modality: JSONValue { coded(CommonCode.dermoscopy) ?? .null }

  private var seriesList: JSONValue? {
    guard let uid = series.flatMap(Self.uid) else { return nil }
    let region = lesion.region.flatMap { ClinicalCode($0, meaning: "") }
    let site: JSONValue? = region.flatMap { code in
      version == .r4
        ? FHIR.coding(code)
        : FHIR.object([("concept", FHIR.concept([code], text: "\(code.system.rawValue) \(code.code)"))])
    }
    return .array([
      FHIR.object([
        ("uid", .string(uid)), ("modality", modality), ("bodySite", site),
        ("laterality", CommonCode.side(lesion.laterality).flatMap(coded)),
      ])
    ])
  }
}
