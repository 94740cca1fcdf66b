/// What a caller wants of a DICOM file.
public struct DICOMOptions: Sendable, Hashable {
  /// Which frame, from 1; `nil` for the only one.
  public var frame: Int?
  /// Whether age and sex are kept.
  public var keepsDemographics: Bool
  /// The key of the digests that stand for identifiers; without one, no identifier leaves a trace.
  public var pseudonymKey: [UInt8]?

  /// Options.
  public init(frame: Int? = nil, keepsDemographics: Bool = false, pseudonymKey: [UInt8]? = nil) {
    self.frame = frame
    self.keepsDemographics = keepsDemographics
    self.pseudonymKey = pseudonymKey
  }
}
