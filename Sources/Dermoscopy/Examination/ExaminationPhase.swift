/// The steps of an examination, in their order.
public enum ExaminationPhase: String, Sendable, Codable, CaseIterable {
  /// The model looks at the image.
  case looking
  /// Phase 1: the questions.
  case observation
  /// Phase 2: the review.
  case review
  /// Phase 3: the code.
  case classification
}
