import Testing

@testable import Dermoscopy

/// Phase 3's prompt in other words, for an audit.
@Suite struct WordingTests {
  private var prompt: PromptTemplate {
    get throws { try ReadingProtocol.builtin(named: "seed").classification.prompt }
  }

  @Test func `codes are listed in cyclic order, with everything around them as it was`() throws {
    let prompt = try prompt
    #expect(prompt.listing(first: .melanoma) == prompt)
    let turned = try #require(prompt.listing(first: .basalCellCarcinoma))
    #expect(
      turned.source.contains(
        "skin lesion: BCC for basal cell carcinoma, BKL for benign keratosis, MEL for melanoma, NV for nevus. Answer"))
    #expect(turned.pieces.filter { $0 == .placeholder(.observations) }.count == 1)
    #expect(
      turned.prefix.hasSuffix("Observations:\n") && turned.filled(observations: "x").contains("Observations:\nx\n"))
    let direct = try ReadingProtocol.builtin(named: "direct").classification.prompt
    #expect(direct.listing(first: .nevus)?.source.contains(": NV for nevus, BCC") ?? false)
  }

  @Test func `an "or" before the last code stays before the last`() {
    let prompt = PromptTemplate(source: "One of MEL, NV, BCC or BKL?", pieces: [.text("One of MEL, NV, BCC or BKL?")])
    #expect(prompt.listing(first: .benignKeratosis)?.source == "One of BKL, MEL, NV or BCC?")
  }

  @Test func `a prompt that names a code twice has no order`() {
    let text = "MEL, NV, BCC, BKL. MEL is rare."
    #expect(PromptTemplate(source: text, pieces: [.text(text)]).listing(first: .nevus) == nil)
  }

  @Test func `phrases are replaced if each is there once`() throws {
    let reworded = try prompt.replacing([("Answer with one code only.", "Write a code."), ("Choose the code", "Say")])
    #expect(reworded?.source.hasPrefix("Say that fits") ?? false)
    #expect(reworded?.source.contains("keratosis. Write a code.\n") ?? false)
    #expect(try prompt.replacing([("for", "of")]) == nil && prompt.replacing([("nowhere", "")]) == nil)
  }

  @Test func `a sentence after the prompt is never read as a placeholder`() throws {
    let longer = try prompt.followed(by: "\nA friend said {description}.")
    #expect(
      longer.filled(observations: "o", description: "d").hasSuffix("Description: d\nA friend said {description}."))
    #expect(longer.prefix == (try prompt.prefix))
  }
}
