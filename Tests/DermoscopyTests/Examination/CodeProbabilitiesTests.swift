import Testing

@testable import Dermoscopy

@Suite struct CodeProbabilitiesTests {
  @Test func `six digits make no tie of what was none, and keep a true one`() {
    let near = CodeProbabilities([0.499_999_76, 0.499_999_84, 0.000_000_4, 0])
    #expect(near[.nevus] == 0.5 && near[.melanoma] == 0.499_999)
    #expect(near.likeliest() == .nevus)
    let tie = CodeProbabilities([0.5, 0.5, 0, 0])
    #expect(tie[.melanoma] == 0.5 && tie[.nevus] == 0.5)
    let plain = CodeProbabilities([0.123_456_4, 0.123_456_6, 0.5, 0.253_087])
    #expect(plain[.melanoma] == 0.123_456 && plain[.nevus] == 0.123_457)
  }
}
