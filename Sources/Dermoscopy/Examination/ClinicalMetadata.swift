import Foundation
import JSON

/// What is known of the lesion that an image shows, and of the patient, beside the truth.
///
/// It travels with an image from its label file to its stored examination. The model never sees it; metrics count and
/// resample by it.
public struct ClinicalMetadata: Sendable, Hashable {
  /// The lesion's name; several images can show one lesion.
  public var lesion: String?
  /// The person's name in the data set; several lesions can be of one person.
  public var patient: String?
  /// Where on the body, in the table's words.
  public var site: String?
  /// The person's sex, in the table's words.
  public var sex: String?
  /// The person's age in years.
  public var age: Int?
  /// Fitzpatrick's skin type, `I` to `VI`.
  public var skinType: String?
  /// What took the image: camera and dermatoscope.
  public var device: String?

  /// Metadata; every field is optional.
  public init(
    lesion: String? = nil, patient: String? = nil, site: String? = nil, sex: String? = nil, age: Int? = nil,
    skinType: String? = nil, device: String? = nil
  ) {
    self.lesion = lesion
    self.patient = patient
    self.site = site
    self.sex = sex
    self.age = age
    self.skinType = skinType
    self.device = device
  }

  /// This metadata, with missing fields taken from another.
  public func filled(from other: ClinicalMetadata) -> ClinicalMetadata {
    ClinicalMetadata(
      lesion: lesion ?? other.lesion, patient: patient ?? other.patient, site: site ?? other.site,
      sex: sex ?? other.sex, age: age ?? other.age, skinType: skinType ?? other.skinType,
      device: device ?? other.device)
  }
}

extension ClinicalMetadata: Codable {
  enum CodingKeys: String, CodingKey {
    case lesion = "lesion_id"
    case patient = "patient_id"
    case site, sex, age
    case skinType = "skin_type"
    case device
  }

  /// What is known as one JSON object on one line, without what is not known; `nil` when nothing is.
  public var json: String? { self == ClinicalMetadata() ? nil : try? OrderedJSON.line(self) }

  /// What `json` wrote; nothing is known from text that is something else.
  public init(json: String?) {
    let read = json.flatMap { try? JSONDecoder().decode(ClinicalMetadata.self, from: Data($0.utf8)) }
    self = read ?? ClinicalMetadata()
  }
}
