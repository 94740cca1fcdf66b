/// What a hospital's image file says of the lesion in it, by public codes and numbers, without anything that names the patient.
///
/// It is stored and shown with an examination; the model never sees it.
public struct ImagedLesion: Sendable, Hashable, Codable {
  /// A code of a public coding scheme.
  public struct Code: Sendable, Hashable, Codable {
    /// The coding scheme, such as `SCT`, SNOMED CT.
    public var scheme: String
    /// The code.
    public var code: String

    /// A code.
    public init(scheme: String, code: String) {
      self.scheme = scheme
      self.code = code
    }
  }

  /// `R`, `L`, `B` (both) or `U` (not one of a pair).
  public var laterality: String?
  /// Where on the body.
  public var region: Code?
  /// What qualifies the region, such as its side.
  public var regionModifiers: [Code]?
  /// What is examined there, such as skin.
  public var structure: Code?
  /// How the light is polarised, in the file's word.
  public var polarization: String?
  /// The light's colour temperature in kelvin.
  public var colorTemperature: Double?
  /// How the dermoscope touches the skin, in the file's word.
  public var contact: String?
  /// What is between the dermoscope and the skin, in the file's words.
  public var immersion: [String]?
  /// The optical magnification.
  public var magnification: Double?
  /// Millimetres between rows, then between columns.
  public var pixelSpacing: [Double]?
  /// What the spacing is calibrated on: `GEOMETRY` or `FIDUCIAL`.
  public var spacingCalibration: String?
  /// Age in years; only if it was asked for.
  public var age: Double?
  /// `F`, `M` or `O`; only if it was asked for.
  public var sex: String?
  /// Keyed digests in the place of identifiers, by what they identify: study, series, instance, lesion.
  public var pseudonyms: [String: String]?

  /// Nothing known.
  public init() {}

  enum CodingKeys: String, CodingKey {
    case laterality, region
    case regionModifiers = "region_modifiers"
    case structure, polarization
    case colorTemperature = "color_temperature_k"
    case contact, immersion, magnification
    case pixelSpacing = "pixel_spacing_mm"
    case spacingCalibration = "spacing_calibration"
    case age = "age_years"
    case sex, pseudonyms
  }
}
