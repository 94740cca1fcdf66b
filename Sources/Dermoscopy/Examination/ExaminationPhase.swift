/// The steps of an examination, in their order.
public enum ExaminationPhase: String, Sendable, Codable, CaseIterable {
  /// The model looks at the image.
  case encoding = "looking"
  /// Phase 1: the questions.
  case observation
  /// Phase 2: the review.
  case review
  /// Phase 3: the code.
  case classification

  /// Whether an examination that ends after this phase has another one.
  func includes(_ other: ExaminationPhase) -> Bool {
    let order = Self.allCases
    guard let own = order.firstIndex(of: self), let place = order.firstIndex(of: other) else { return false }
    return place <= own
  }
}
