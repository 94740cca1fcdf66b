/// The four codes that a lesion is classified into.
public enum LesionCode: String, Sendable, Codable, CaseIterable {
  /// Melanoma.
  case melanoma = "MEL"
  /// Melanocytic nevus.
  case nevus = "NV"
  /// Basal cell carcinoma.
  case basalCellCarcinoma = "BCC"
  /// Benign keratosis: solar lentigo, seborrheic keratosis, lichen planus-like keratosis.
  case benignKeratosis = "BKL"

  /// The diagnosis in words, as a report spells it.
  public var diagnosis: String {
    switch self {
    case .melanoma: "melanoma"
    case .nevus: "melanocytic nevus"
    case .basalCellCarcinoma: "basal cell carcinoma"
    case .benignKeratosis: "benign keratosis"
    }
  }

  /// A truth's code in words, also one that is never predicted: `AKIEC`, `DF`, `VASC`, `SCC`, `OTHER`.
  ///
  /// - Returns: the code itself where it is none of these.
  public static func diagnosis(ofTruth code: String) -> String {
    if let known = LesionCode(rawValue: code) { return known.diagnosis }
    return switch code {
    case "AKIEC": "actinic keratosis or Bowen’s disease"
    case "DF": "dermatofibroma"
    case "VASC": "vascular lesion"
    case "SCC": "squamous cell carcinoma"
    case "OTHER": "another diagnosis"
    default: code
    }
  }
}
