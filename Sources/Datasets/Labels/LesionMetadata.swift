/// Metadata of an image: the lesion that it shows, and the patient.
public struct LesionMetadata: Sendable, Hashable {
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

  /// Metadata; every field is optional.
  public init(
    lesion: String? = nil, patient: String? = nil, site: String? = nil, sex: String? = nil, age: Int? = nil,
    skinType: String? = nil
  ) {
    self.lesion = lesion
    self.patient = patient
    self.site = site
    self.sex = sex
    self.age = age
    self.skinType = skinType
  }

  /// This metadata, with missing fields taken from another.
  public func filled(from other: LesionMetadata) -> LesionMetadata {
    LesionMetadata(
      lesion: lesion ?? other.lesion, patient: patient ?? other.patient, site: site ?? other.site,
      sex: sex ?? other.sex,
      age: age ?? other.age, skinType: skinType ?? other.skinType)
  }
}
