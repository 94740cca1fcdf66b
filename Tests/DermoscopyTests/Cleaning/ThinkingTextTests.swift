import Testing

@testable import Dermoscopy

@Suite struct ThinkingTextTests {
  static let texts: [(raw: String, answer: String, thoughts: Int, isLeaked: Bool)] = [
    ("Oval.", "Oval.", 0, false),
    ("<think>Is it round?</think>Oval.", "Oval.", 1, true),
    ("<THINK>x</Think> Oval.", "Oval.", 1, true),
    ("<unused94>thought\nLet me see.<unused95>Oval.", "Oval.", 1, true),
    ("<unused94> thought … <unused95>Oval.", "Oval.", 1, true),
    ("<unused94>plan<unused95>Oval.", "Oval.", 1, true),
    ("Oval. <think>But then", "Oval.", 1, true),
    ("<unused94>thought\nnever done", "", 1, true),
    ("Let me see.</think>Oval.", "Oval.", 1, true),
    ("Oval.</think>", "Oval.</think>", 0, true),
    ("Oval.<unused95><eos>", "Oval.<unused95><eos>", 0, true),
    ("Oval.<unused94>", "Oval.<unused94>", 0, false),
    ("a<think>b<think>c</think>d</think>e", "a\n\ne", 2, true),
    ("a<think>b</think>c<think>d</think>e", "a\nc\ne", 2, true),
    ("I think it is oval. A thought.", "I think it is oval. A thought.", 0, false),
  ]

  @Test(arguments: texts) func `thinking is separated from the answer`(
    _ text: (raw: String, answer: String, thoughts: Int, isLeaked: Bool)
  ) {
    let thinking = ThinkingText(text.raw)
    #expect(String(scalars: thinking.answer.trimmed) == text.answer)
    #expect(thinking.thoughts.count == text.thoughts)
    #expect(thinking.isLeaked == text.isLeaked)
  }

  @Test(arguments: [
    "<start_of_turn>", "<end_of_turn>", "<eos>", "<bos>", "<pad>", "<unk>", "<unused0>", "<unused94>", "<unused6241>",
    "<start_of_image>", "<end_of_image>", "<image_soft_token>", "[INST]", "[/INST]", "<|im_end|>", "<|endoftext|>",
    "<|channel>", "</s>", "<s>", "<EOS>", "<0x0A>", "<<SYS>>", "<</SYS>>", "<__media__>", "<\u{FF5C}end\u{FF5C}>",
  ])
  func `a special token is known`(_ token: String) {
    let found = LeakedToken.all(in: Array("a\(token)b".unicodeScalars))
    #expect(found.map(\.range) == [1..<1 + token.unicodeScalars.count])
    #expect(found.first?.isSpecial == true)
  }

  @Test(arguments: [
    "<", "<eos", "< eos >", "<unused>", "<unused9x>", "[note]", "<b>", "5 < 6 mm > 3", "<||>", "eos", "[INST",
    "<<eos>>x",
    "<|" + String(repeating: "a", count: 60) + "|>", "<e<os>", "<0x0>",
  ])
  func `other text in brackets is no token`(_ text: String) {
    #expect(LeakedToken.all(in: Array(text.unicodeScalars)).allSatisfy { $0.range.lowerBound > 0 })
  }
}
