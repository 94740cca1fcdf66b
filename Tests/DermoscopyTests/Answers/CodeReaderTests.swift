import Testing

@testable import Dermoscopy

/// What a model said, the code that it decides for, and all that it names.
struct Verdict: Sendable, CustomTestStringConvertible {
  var raw: String
  var code: LesionCode?
  var mentioned: [LesionCode]

  init(_ raw: String, _ code: LesionCode?, _ mentioned: [LesionCode]? = nil) {
    self.raw = raw
    self.code = code
    self.mentioned = mentioned ?? code.map { [$0] } ?? []
  }

  var testDescription: String { raw.debugDescription }
}

@Suite struct CodeReaderTests {
  static let verdicts = [
    Verdict("MEL", .melanoma), Verdict(" nv\n", .nevus), Verdict("**NV**", .nevus), Verdict("`BKL`.", .benignKeratosis),
    Verdict("The answer is BCC.", .basalCellCarcinoma), Verdict("Answer: BKL", .benignKeratosis),
    Verdict("MEL (melanoma)", .melanoma), Verdict("NV - nevus", .nevus),
    Verdict("BCC: basal cell carcinoma", .basalCellCarcinoma),
    Verdict("melanoma", .melanoma), Verdict("Melanocytic naevus", .nevus), Verdict("a benign mole", .nevus),
    Verdict("Seborrhoeic keratosis", .benignKeratosis), Verdict("seborrheic keratoses", .benignKeratosis),
    Verdict("Basal-cell carcinoma", .basalCellCarcinoma), Verdict("benign keratosis", .benignKeratosis),
    Verdict("not MEL but NV", .nevus, [.melanoma, .nevus]),
    Verdict("Not melanoma. BKL", .benignKeratosis, [.melanoma, .benignKeratosis]),
    Verdict("NV rather than MEL", .nevus, [.nevus, .melanoma]),
    Verdict("MEL is unlikely; NV", .nevus, [.melanoma, .nevus]),
    Verdict("MEL or NV", .melanoma, [.melanoma, .nevus]), Verdict("NV, MEL", .nevus, [.nevus, .melanoma]),
    Verdict("MEL, NV, BCC, BKL", nil, [.melanoma, .nevus, .basalCellCarcinoma, .benignKeratosis]),
    Verdict("MEL, NV, BCC or BKL: NV", .nevus, [.melanoma, .nevus, .basalCellCarcinoma, .benignKeratosis]),
    Verdict("It has signs of MEL, so the answer is NV.", .nevus, [.melanoma, .nevus]),
    Verdict("Like a mole, but the most likely diagnosis: MEL", .melanoma, [.nevus, .melanoma]),
    Verdict("non-melanoma", nil, [.melanoma]), Verdict("actinic keratosis", nil), Verdict("AKIEC", nil),
    Verdict("", nil), Verdict("MELT the envy of caramel", nil), Verdict("molecule", nil), Verdict("smells", nil),
    Verdict("I cannot determine if this is MEL.", nil, [.melanoma]), Verdict("<think>MEL?</think>NV", .nevus),
    Verdict("<unused94>thought\nMEL<unused95>BKL", .benignKeratosis), Verdict("<think>MEL", nil),
    Verdict("NV<end_of_turn>", .nevus), Verdict("NV<end_of_turn>MEL", .nevus),
    Verdict("<start_of_turn>model\nBCC", .basalCellCarcinoma),
  ]

  @Test(arguments: verdicts) func `a code is read`(_ verdict: Verdict) {
    #expect(CodeReader.read(verdict.raw) == CodeReading(code: verdict.code, mentioned: verdict.mentioned))
  }

  @Test func `a code that was not asked about is named but not decided for`() {
    #expect(
      CodeReader.read("MEL", codes: [.nevus, .benignKeratosis]) == CodeReading(code: nil, mentioned: [.melanoma]))
    #expect(
      CodeReader.read("MEL or NV", codes: [.nevus, .benignKeratosis])
        == CodeReading(code: .nevus, mentioned: [.melanoma, .nevus]))
  }
}
