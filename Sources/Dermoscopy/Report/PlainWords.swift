extension QualityFlag {
  /// The flag in plain words, as a report spells it.
  public var words: String {
    switch self {
    case .guardrail: "The model refused to answer"
    case .gibberishRepeat: "An output repeats itself"
    case .specialTokenLeak: "An output has a special token in it"
    case .thinkingLeak: "An output has thinking text in it"
    case .verboseOutput: "The classification is longer than a code"
    case .multipleCodes: "The classification names more than one code"
    case .cleaningEmptied: "Cleaning left nothing of the description"
    case .invalidCode: "The classification names no valid code"
    case .empty: "An output is empty"
    case .tooShort: "The description is very short"
    case .classificationLeakage: "The description names a code"
    case .excessiveNonASCII: "An output has many characters that are not ASCII"
    case .lowAlphaRatio: "An output has few letters"
    case .noLesion: "The picture does not look like a lesion under a dermatoscope"
    case .noComparison: "The description compares nothing with the image"
    case .noAdditionalFindings: "The description adds nothing to the observations"
    }
  }
}

extension RemovedSentence.Reason {
  /// The reason in plain words, as a report spells it.
  public var words: String {
    switch self {
    case .thinking: "thinking text"
    case .specialToken: "a special token"
    case .refusal: "a refusal"
    case .gibberish: "it repeats itself"
    case .nonASCII: "many characters that are not ASCII"
    case .lowAlpha: "few letters"
    }
  }
}
