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
}
