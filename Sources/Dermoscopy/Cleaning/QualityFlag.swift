/// A sign that an output, or the picture itself, is not what it should be.
///
/// An examination without any is clean.
public enum QualityFlag: String, Sendable, Codable, CaseIterable {
  /// A refusal phrase ("I cannot …").
  case guardrail
  /// Three to nineteen characters, three times running.
  case gibberishRepeat = "gibberish_repeat"
  /// A special token such as `<eos>` in the output.
  case specialTokenLeak = "special_token_leak"
  /// Thinking text (`<think>`, `<unused94>thought`) in the output.
  case thinkingLeak = "thinking_leak"
  /// A classification of over 50 characters.
  case verboseOutput = "verbose_output"
  /// A classification that names more than one code.
  case multipleCodes = "multiple_codes"
  /// Cleaning left nothing of the description.
  case cleaningEmptied = "cleaning_emptied"
  /// A classification without a valid code.
  case invalidCode = "invalid_code"
  /// Nothing was written.
  case empty
  /// A description of under 30 characters.
  case tooShort = "too_short"
  /// A description that names a code.
  case classificationLeakage = "classification_leakage"
  /// Over 30 % of the characters are not ASCII.
  case excessiveNonASCII = "excessive_non_ascii"
  /// Under 40 % of the characters are letters.
  case lowAlphaRatio = "low_alpha_ratio"
  /// The picture can show no lesion: it is blank, noise, text, grey, green or a scene (``LesionPresence``).
  case noLesion = "no_lesion"
  /// A description that compares nothing with the image.
  case noComparison = "no_comparison"
  /// A description that adds nothing to the observations.
  case noAdditionalFindings = "no_additional_findings"
}
