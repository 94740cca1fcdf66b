import Dermoscopy

/// A code of a public terminology, with what FHIR and DICOM call the terminology.
public struct ClinicalCode: Sendable, Hashable {
  /// A terminology.
  public enum System: String, Sendable, Hashable, CaseIterable {
    /// SNOMED CT.
    case snomed = "SCT"
    /// DICOM's own codes (PS3.16, annex D).
    case dicom = "DCM"
    /// SNOMED's codes from before 2002, which old files have.
    case snomedRT = "SRT"
    /// The Foundational Model of Anatomy.
    case anatomy = "FMA"
    /// The Unified Medical Language System.
    case umls = "UMLS"
    /// Units of measure.
    case units = "UCUM"
    /// Languages (RFC 5646).
    case languages = "RFC5646"
    /// Our own codes, where no public one fits; `99` begins private schemes (PS3.16, 8).
    case own = "99DERMGEMMA"

    /// What FHIR calls it (hl7.org/fhir/R4/terminologies-systems.html); `nil` for our own codes, which are text there.
    public var address: String? {
      switch self {
      case .snomed: "http://snomed.info/sct"
      case .dicom: "http://dicom.nema.org/resources/ontology/DCM"
      case .snomedRT: "http://snomed.info/srt"
      case .anatomy: "http://purl.org/sig/ont/fma"
      case .umls: "http://terminology.hl7.org/CodeSystem/umls"
      case .units: "http://unitsofmeasure.org"
      case .languages: "urn:ietf:bcp:47"
      case .own: nil
      }
    }
  }

  /// The terminology.
  public let system: System
  /// The code in it.
  public let code: String
  /// Its meaning in English.
  public let meaning: String

  /// A code.
  public init(_ system: System, _ code: String, _ meaning: String) {
    self.system = system
    self.code = code
    self.meaning = meaning
  }

  /// A code that an image's file gave; `nil` for a scheme that is not in ``System``.
  init?(_ given: ImagedLesion.Code, meaning: String) {
    let names = ["SNM3": "SRT", "99SDM": "SRT"]
    guard let system = System(rawValue: names[given.scheme] ?? given.scheme) else { return nil }
    self.init(system, given.code, meaning)
  }
}

extension LesionCode {
  /// The code of the diagnosis in SNOMED CT; `nil` for benign keratosis.
  ///
  /// BKL is wider than any one of them: it is seborrheic keratosis, solar lentigo and lichen planus-like keratosis
  /// together, so the code of seborrheic keratosis would say more than the model did. docs/FHIR.md has the table.
  public var snomed: ClinicalCode? {
    switch self {
    case .melanoma: ClinicalCode(.snomed, "93655004", "Malignant melanoma of skin")
    case .nevus: ClinicalCode(.snomed, "400096001", "Melanocytic nevus of skin")
    case .basalCellCarcinoma: ClinicalCode(.snomed, "254701007", "Basal cell carcinoma of skin")
    case .benignKeratosis: nil
    }
  }
}

/// The codes of what a report says beside the diagnosis.
enum CommonCode {
  static let procedure = ClinicalCode(.snomed, "446078004", "Dermoscopic photography")
  static let dermoscopy = ClinicalCode(.dicom, "DMS", "Dermoscopy")
  static let right = ClinicalCode(.snomed, "24028007", "Right")
  static let left = ClinicalCode(.snomed, "7771000", "Left")
  static let bilateral = ClinicalCode(.snomed, "51440002", "Bilateral")

  /// DICOM's word for a side (0020,0062).
  static func side(_ laterality: String?) -> ClinicalCode? {
    switch laterality {
    case "R": right
    case "L": left
    case "B": bilateral
    default: nil
    }
  }
}
