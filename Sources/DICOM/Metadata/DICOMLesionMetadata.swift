/// What a file says of the lesion in its picture, by codes and numbers alone: no text that a person typed.
///
/// A code is taken only where it has the shape that its coding scheme gives to all of its codes, and a word only where it is one
/// of a fixed list, so that nothing else can travel in their place.
public struct DICOMLesionMetadata: Sendable, Hashable {
  /// A code of a public coding scheme.
  public struct Code: Sendable, Hashable {
    /// The code itself, such as `40983000`.
    public let value: String
    /// `SCT` (SNOMED CT), `SRT` or `SNM3` (its older forms), `DCM`, `FMA`, or `UMLS`.
    public let scheme: String
  }

  /// Which of a pair of body parts: Image Laterality (0020,0062), else Laterality (0020,0060).
  public enum Laterality: String, Sendable, Hashable, CaseIterable {
    /// The right one of a pair.
    case right = "R"
    /// The left one of a pair.
    case left = "L"
    /// A part that is not one of a pair.
    case unpaired = "U"
    /// Both.
    case both = "B"
  }

  /// Which of a pair of body parts.
  public var laterality: Laterality?
  /// Where on the body: Anatomic Region Sequence (0008,2218).
  public var anatomicRegion: Code?
  /// What qualifies the region, such as its side: Anatomic Region Modifier Sequence (0008,2220).
  public var regionModifiers: [Code] = []
  /// What is examined there, such as skin: Primary Anatomic Structure Sequence (0008,2228).
  public var anatomicStructure: Code?
  /// Light Source Polarization (0016,1001), as one of ``polarizationWords``.
  public var polarization: String?
  /// Emitter Color Temperature (0016,1002) in kelvin.
  public var colorTemperature: Double?
  /// Contact Method (0016,1003), as one of ``contactWords``.
  public var contactMethod: String?
  /// Immersion Media (0016,1004), each one of ``immersionWords``.
  public var immersionMedia: [String] = []
  /// Optical Magnification Factor (0016,1005).
  public var magnification: Double?
  /// Pixel Spacing (0028,0030) in millimetres: between rows, then between columns.
  public var pixelSpacing: [Double] = []
  /// What the spacing is calibrated on: Pixel Spacing Calibration Type (0028,0A02), `GEOMETRY` or `FIDUCIAL`.
  public var spacingCalibration: String?
  /// Patient's Age (0010,1010) in years; only on request.
  public var ageInYears: Double?
  /// Patient's Sex (0010,0040), `F`, `M` or `O`; only on request.
  public var sex: String?
  /// Keyed digests of identifiers; empty without a key.
  public var pseudonyms: [DICOMPseudonym] = []

  /// Nothing known.
  public init() {}

  /// The words that polarisation may be given in.
  public static let polarizationWords: Set<String> = [
    "NONE", "NO", "YES", "LINEAR", "CIRCULAR", "ELLIPTICAL", "POLARIZED", "UNPOLARIZED", "NONPOLARIZED",
    "NON_POLARIZED", "CROSS", "CROSS_POLARIZED", "PARALLEL", "PARALLEL_POLARIZED", "MIXED", "UNKNOWN",
  ]
  /// The words that the method of contact may be given in.
  public static let contactWords: Set<String> = [
    "CONTACT", "NONCONTACT", "NON_CONTACT", "NO_CONTACT", "NONE", "NO", "YES", "DIRECT", "INDIRECT", "GLASS",
    "FACEPLATE", "SPACER", "UNKNOWN",
  ]
  /// The words that the immersion media may be given in.
  public static let immersionWords: Set<String> = [
    "NONE", "AIR", "WATER", "ALCOHOL", "GEL", "OIL", "MINERAL_OIL", "ULTRASOUND_GEL", "GLYCERIN", "GLYCEROL",
    "SALINE", "DISINFECTANT", "UNKNOWN",
  ]
}
