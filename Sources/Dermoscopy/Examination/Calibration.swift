import VisionLanguage

/// How a model's scores become probabilities, according to its metadata.
///
/// Temperature and bias are those of Guo et al., "On Calibration of Modern Neural Networks" (2017), section 4.2.
struct Calibration: Hashable {
  /// What was scored.
  enum Subject: String {
    /// The codes while looking at the image.
    case direct
    /// The codes after Phase 3's text.
    case classification
  }

  /// The log-probabilities are divided by it; positive.
  private(set) var temperature = 1.0
  /// Added after that, in the order of `LesionCode.allCases`; empty for none.
  private(set) var bias: [Double] = []

  /// The calibration that a model carries; whatever is missing or malformed is left out.
  init(of model: some VisionLanguageModel, for subject: Subject) {
    let key = "dermgemma.calibration.\(subject.rawValue)"
    if let numbers = model.metadataNumbers("\(key).temperature"), numbers.count == 1, let number = numbers.first,
      number.isFinite, number > 0
    {
      temperature = number
    }
    if let numbers = model.metadataNumbers("\(key).bias"), numbers.count == LesionCode.allCases.count,
      numbers.allSatisfy(\.isFinite)
    {
      bias = numbers
    }
  }

  /// Whether it changes nothing: the model carries none.
  var isIdentity: Bool { temperature == 1 && bias.allSatisfy { $0 == 0 } }

  /// The codes' probabilities; `nil` for codes that could not be scored.
  func probabilities(_ scores: LabelScores) -> CodeProbabilities? {
    guard scores.unscored == nil else { return nil }
    return CodeProbabilities(scores.probabilities(temperature: temperature, bias: bias))
  }
}

extension LesionCode {
  /// What the model would write after "Answer:", which is what is scored.
  var label: String { " " + rawValue }
}
