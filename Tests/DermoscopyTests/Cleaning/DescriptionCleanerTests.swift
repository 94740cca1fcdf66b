import Foundation
import Testing

@testable import Dermoscopy

@Suite struct DescriptionCleanerTests {
  static let refusals = [
    "i cannot", "i can't", "i'm sorry", "as an ai", "unable to provide", "consult a dermatologist",
  ]
  let cleaner = DescriptionCleaner(refusals: Self.refusals)

  /// Text, what is left of it, and why each piece went.
  struct Case: Sendable, CustomTestStringConvertible {
    var raw: String
    var cleaned: String
    var reasons: [RemovedSentence.Reason]

    init(_ raw: String, _ cleaned: String, _ reasons: [RemovedSentence.Reason] = []) {
      self.raw = raw
      self.cleaned = cleaned
      self.reasons = reasons
    }

    var testDescription: String { raw.debugDescription }
  }

  static let cases = [
    Case("The lesion is brown.", "The lesion is brown."),
    Case("The lesion is brown", "The lesion is brown"),
    Case("", ""), Case(" \n\t ", ""),
    // Sentences
    Case(
      "It is approx. 3.5 mm wide, e.g. small. I cannot say more.", "It is approx. 3.5 mm wide, e.g. small.", [.refusal]),
    Case("I'm sorry. The border is irregular.", "The border is irregular.", [.refusal]),
    Case("I’m sorry! “The border is irregular.” I cannot help.", "“The border is irregular.”", [.refusal, .refusal]),
    Case(
      "It is irregular.The network is atypical.I cannot say.", "It is irregular. The network is atypical.", [.refusal]),
    Case("Is it brown? Yes! As an AI, no… It is.", "Is it brown? Yes! It is.", [.refusal]),
    Case("As an Aide said, it is brown.", "As an Aide said, it is brown."),
    // Markdown
    Case("## Findings\n\n**Border:** _irregular_ and `dark`.", "Findings. Border: irregular and dark."),
    Case("* Irregular border\n* Brown color\n", "Irregular border. Brown color"),
    Case("- irregular border\n- I cannot tell\n- brown", "irregular border. brown", [.refusal]),
    Case("1. The border is irregular.\n2. The color is brown.", "The border is irregular. The color is brown."),
    Case("> Quoted text.\n---\n> > More text.", "Quoted text. More text."),
    Case(
      "The border is\nirregular and  \tdark.\n\nThe rest is not.", "The border is irregular and dark. The rest is not."),
    Case("Irregular border\nBrown color", "Irregular border. Brown color"),
    Case("Findings:\n- Irregular border\n- Brown", "Findings: Irregular border. Brown"),
    Case("```\nThe border is irregular.\n```", "The border is irregular."),
    Case("```The border is irregular.```", "The border is irregular."),
    Case("A ~~round~~ blue_gray veil, ~3 mm.", "A round blue_gray veil, ~3 mm."),
    Case("It measures approx\n\nThe border is dark.", "It measures approx.. The border is dark."),
    // Tokens
    Case("The lesion is brown.<end_of_turn>", "The lesion is brown.", [.specialToken]),
    Case("The lesion is brown <eos><eos>", "The lesion is brown", [.specialToken, .specialToken]),
    Case("<bos>The lesion is brown.", "The lesion is brown.", [.specialToken]),
    Case("<start_of_turn>model\nThe lesion is brown.", "The lesion is brown.", [.specialToken]),
    Case("The <unused12> is brown. The border is dark.", "The border is dark.", [.specialToken]),
    Case("One is brown.<eos>The other is dark.", "One is brown. The other is dark.", [.specialToken]),
    Case("- <pad> - The lesion is brown. [/INST]", "The lesion is brown.", [.specialToken, .specialToken]),
    Case("<unused94>", "", [.specialToken]),
    // Thinking
    Case("<think>Is it MEL? I cannot say.</think>The lesion is brown.", "The lesion is brown.", [.thinking]),
    Case("<unused94>thought\nLet me look.\n<unused95>The lesion is brown.", "The lesion is brown.", [.thinking]),
    Case("The lesion is brown. <think>or is it", "The lesion is brown.", [.thinking]),
    Case("Let me look.</think>The lesion is brown.", "The lesion is brown.", [.thinking]),
    Case("The lesion is brown.</think>", "The lesion is brown.", [.specialToken]),
    // Gibberish
    Case("The border border border border is dark. It is brown.", "It is brown.", [.gibberish]),
    Case("The lesion is brown. Это поражение.", "The lesion is brown.", [.nonASCII]),
    Case("The lesion is brown. 病変は茶色です。The border is dark.", "The lesion is brown. The border is dark.", [.nonASCII]),
    Case("A naïve “veil” – café-au-lait.", "A naïve “veil” – café-au-lait."),
    Case("The lesion is brown. 12 / 34 = 0.35!", "The lesion is brown.", [.lowAlpha]),
    Case("<eos> I cannot. абвгд. 1 2 3. <think>x", "", [.thinking, .specialToken, .refusal, .nonASCII, .lowAlpha]),
  ]

  @Test(arguments: cases) func `a description is cleaned`(_ example: Case) {
    let result = cleaner.clean(example.raw)
    #expect(result.raw == example.raw)
    #expect(result.cleaned == example.cleaned)
    #expect(result.removed.map(\.reason) == example.reasons)
  }

  @Test func `what is removed is told with its reason`() {
    let removed = cleaner.clean("**I cannot** tell.  Brown <eos> it is. Brown it is.<eos>").removed
    #expect(
      removed == [
        RemovedSentence(sentence: "I cannot tell.", reason: .refusal),
        RemovedSentence(sentence: "Brown <eos> it is.", reason: .specialToken),
        RemovedSentence(sentence: "<eos>", reason: .specialToken),
      ])
  }

  @Test func `the shares count at their very limits`() {
    // Ten characters: three beyond ASCII are allowed, and four letters are enough.
    #expect(cleaner.clean("ééé abcdef").removed.isEmpty)
    #expect(cleaner.clean("éééé abcde").removed.map(\.reason) == [.nonASCII])
    #expect(cleaner.clean("abcd 12345").removed.isEmpty)
    #expect(cleaner.clean("abc 123456").removed.map(\.reason) == [.lowAlpha])
  }

  @Test func `the JSON has the agreed keys and words`() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let json = String(decoding: try encoder.encode(cleaner.clean("It is. I cannot.")), as: UTF8.self)
    #expect(
      json == #"{"cleaned":"It is.","raw":"It is. I cannot.","removed":[{"reason":"refusal","sentence":"I cannot."}]}"#)
    #expect(
      RemovedSentence.Reason.allCases.map(\.rawValue)
        == ["thinking", "special_token", "refusal", "gibberish", "non_ascii", "low_alpha"])
  }

  @Test func `what is clean stays as it is`() {
    var random = SeededGenerator(42)
    let pieces = [
      "The border", "is irregular", ".", "!", "?", "…", ",", ":", ";", " ", " ", "  ", "\n", "\n\n", "\r\n", "- ", "* ",
      "1. ",
      "> ", "# ", "|", "**", "_", "__", "`", "```", "~~", "~", "\"", "”", ")", "(", "I", "cannot", "I cannot", "’", "'",
      "can",
      "t", "<eos>", "<e", "os>", "<think>", "</think>", "<unused94>", "<unused95>", "thought", "<end_of_turn>",
      "<start_of_turn>", "model", "[INST]", "<|x|>", "approx", "approx.", "e.g.", "3.5", "3", "12", "abc", "no, ", "é",
      "病", "。",
      "！", "a", "B", "x", "\u{200B}", "\u{301}", "\0", "—", "–", "•", "dr", "mm", "as an", "AI", "\u{A0}", "\u{2028}",
    ]
    for _ in 0..<3000 {
      let text = (0..<random.below(24)).map { _ in pieces[random.below(pieces.count)] }
        .joined(separator: random.below(2) == 0 ? "" : " ")
      let once = cleaner.clean(text)
      let twice = cleaner.clean(once.cleaned)
      #expect(twice.cleaned == once.cleaned, "\(text.debugDescription)")
      #expect(twice.removed.isEmpty, "\(text.debugDescription): \(twice.removed)")
    }
  }

  @Test(arguments: [
    "<", "<think>", "</think>", "<eos>", "<unused94>thought ", "I ", "a.", "a. ", "...", ")", "**", "_a", "\n", "- ",
    "1. ",
    "é", "病", "approx. ", "e.g.", "x:\n", "[", "a\n<eos>", "1a\n", "éa\n", "<|", "no, ", " ", "\"", "a\n",
  ])
  func `a huge hostile text is cleaned in time that grows with its length`(_ piece: String) {
    #expect(TimeComplexity.isLinear(of: piece) { _ = cleaner.clean($0) })
  }
}
