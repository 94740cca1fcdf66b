import Testing

@testable import Dermoscopy

@Suite struct QualityChecksTests {
  static let refusals = ["i cannot", "i'm sorry"]
  let cleaner = DescriptionCleaner(refusals: Self.refusals)
  let checks = QualityChecks(
    refusals: Self.refusals, comparisonWords: ["consistent", "agrees"], additionalWords: ["border", "blue-white veil"])

  static let observations: [(raw: String, flags: [QualityFlag])] = [
    ("irregular", []), ("I cannot tell.", [.guardrail]), ("I’M SORRY", [.guardrail]), ("Hi, cannot", []),
    ("dot dot dot dot", [.gibberishRepeat]), ("dots<eos>", [.specialTokenLeak]), ("<unused12>", [.specialTokenLeak]),
    ("<think>x</think>dots", [.thinkingLeak]), ("dots</think>", [.thinkingLeak]),
    ("<unused94>thought x<unused95>dots", [.specialTokenLeak, .thinkingLeak]),
    ("", [.empty]), (" \n\t\u{A0}", [.empty]), ("<think>I cannot say</think>dots", [.thinkingLeak]),
    ("I cannot <eos> <think>dot dot dot ", [.guardrail, .gibberishRepeat, .specialTokenLeak, .thinkingLeak]),
  ]

  @Test(arguments: observations) func `an observation gets its flags`(_ example: (raw: String, flags: [QualityFlag])) {
    #expect(checks.flags(ofObservation: example.raw) == example.flags)
  }

  static let sound = "The shape is consistent with the image. The border is dark."
  static let descriptions: [(raw: String, flags: [QualityFlag])] = [
    (sound, []), ("Consistent, border dark.", [.tooShort]), ("", [.empty]), ("  \n", [.empty]),
    ("I cannot help with that at all.", [.guardrail, .cleaningEmptied]),
    (sound + " I cannot say more.", [.guardrail]), (sound + "<end_of_turn>", [.specialTokenLeak]),
    ("<think>Hm.</think>" + sound, [.thinkingLeak]), (sound + " It it it it it.", [.gibberishRepeat]),
    (sound + " It may be MEL.", [.classificationLeakage]), (sound + " (nv)", [.classificationLeakage]),
    (sound + " A caramel envy.", []), (sound + " Это поражение кожи тёмное и большое.", [.excessiveNonASCII]),
    (sound + " 1234567890 2345678901 3456789012 4567890123 5678901234 6789012345 78901.", [.lowAlphaRatio]),
    ("The shape is inconsistent, and the border is dark.", [.noComparison]),
    ("The shape agrees with the image that was given.", [.noAdditionalFindings]),
    ("The shape agrees, and there is a blue white veil.", []),
    ("A brown lesion that is brown.", [.tooShort, .noComparison, .noAdditionalFindings]),
    ("<eos>", [.specialTokenLeak, .cleaningEmptied]),
    (
      "I’m sorry <eos> абв 123. MEL MEL MEL 123456.",
      [.guardrail, .gibberishRepeat, .specialTokenLeak, .cleaningEmptied]
    ),
  ]

  @Test(arguments: descriptions) func `a description gets its flags`(_ example: (raw: String, flags: [QualityFlag])) {
    #expect(checks.flags(ofDescription: cleaner.clean(example.raw)) == example.flags)
  }

  static let classifications: [(raw: String, flags: [QualityFlag])] = [
    ("MEL", []), ("MEL (melanoma)", []), ("The answer is BCC.", []), ("MEL or NV", [.multipleCodes]),
    ("not MEL but NV", [.multipleCodes]), ("AKIEC", [.invalidCode]), ("", [.invalidCode, .empty]),
    ("NV" + String(repeating: ",", count: 6) + " because the lesion is small and brown.", []),
    ("NV, because the lesion is small, round, brown and old", [.verboseOutput]),
    ("NV<eos>", [.specialTokenLeak]), ("<think>MEL</think>NV", [.thinkingLeak]),
    ("NV NV NV NV", [.gibberishRepeat]), ("I cannot say", [.guardrail, .invalidCode]),
    (
      "I'm sorry, it may be MEL or NV, so the answer is not known.<eos>",
      [.guardrail, .specialTokenLeak, .verboseOutput, .multipleCodes, .invalidCode]
    ),
  ]

  @Test(arguments: classifications) func `a classification gets its flags`(
    _ example: (raw: String, flags: [QualityFlag])
  ) {
    #expect(checks.flags(ofClassification: example.raw) == example.flags)
  }

  @Test func `the limits themselves are allowed`() {
    let fifty = "NV" + String(repeating: " is so", count: 8)
    #expect(fifty.count == 50)
    #expect(!checks.flags(ofClassification: fifty).contains(.verboseOutput))
    #expect(checks.flags(ofClassification: fifty + "!").contains(.verboseOutput))
    let thirty = "The border is consistent there"
    #expect(thirty.count == 30)
    #expect(checks.flags(ofDescription: cleaner.clean(thirty)) == [])
    #expect(checks.flags(ofDescription: cleaner.clean(String(thirty.dropLast()))) == [.tooShort])
  }

  @Test func `a code outside the choices is invalid`() {
    let checks = QualityChecks(refusals: [], codes: [.nevus, .benignKeratosis])
    #expect(checks.flags(ofClassification: "MEL") == [.invalidCode])
    #expect(checks.flags(ofClassification: "NV") == [])
  }

  @Test func `without word lists nothing has to be compared or added`() {
    let checks = QualityChecks(refusals: [])
    #expect(checks.flags(ofDescription: cleaner.clean("A brown lesion, and nothing else at all.")) == [])
  }
}
