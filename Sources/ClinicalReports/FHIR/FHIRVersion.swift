/// A version of FHIR.
public enum FHIRVersion: String, Sendable, Hashable, CaseIterable {
  /// 4.0.1, valid for R4B too.
  case r4 = "R4"
  /// 5.0.0.
  case r5 = "R5"

  /// What the media type's parameter says (hl7.org/fhir/R4/versioning.html#mt-version).
  public var mediaTypeParameter: String { self == .r4 ? "4.0" : "5.0" }

  /// The media type of its JSON.
  public var mediaType: String { "application/fhir+json; fhirVersion=\(mediaTypeParameter)" }
}
