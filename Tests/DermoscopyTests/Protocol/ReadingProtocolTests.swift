import Dermoscopy
import Digests
import Testing
import VisionLanguage

@Suite struct ReadingProtocolTests {
  @Test(arguments: ReadingProtocol.builtinNames)
  func `the protocols that ship with the program are sound and know their names`(name: String) throws {
    let document = try #require(ReadingProtocol.builtinDocument(named: name))
    let readingProtocol = try ReadingProtocol.builtin(named: name)
    #expect(readingProtocol.id == name)
    #expect(readingProtocol.digest == SHA256Digest(of: document))
    #expect(readingProtocol.answerPrefix == "Answer:")
  }

  @Test func `the seed's protocol is the seed's`() throws {
    let seed = try ReadingProtocol.builtin(named: "seed")
    #expect(seed.questions.map(\.id) == ["Architecture", "Network", "Structures", "Colors"])
    #expect(seed.preparation == .resize(width: 224, height: 224, contrast: 1.4))
    #expect(seed.classification.method == .model(fallback: .nevus))
    #expect(seed.sampling.source == .explicit)
    #expect(seed.sampling.review == Sampling(temperature: 0.5, repeatPenalty: 1.5, maxTokens: 256))
    #expect(seed.questions[2].answer.none == "none")
    #expect(seed.questions[2].answer.synonyms["globule"] == "globules")
  }

  @Test func `the extended protocol has its rules in order`() throws {
    let extended = try ReadingProtocol.builtin(named: "extended")
    guard case .rules(let rules, let choices, let fallback) = extended.classification.method else {
      Issue.record("not rules")
      return
    }
    #expect(rules.map(\.id) == ["keratosis-signs", "irregular-without-network", "irregular-with-regression"])
    #expect(choices == [.basalCellCarcinoma, .benignKeratosis, .nevus])
    #expect(fallback == .nevus)
    #expect(extended.questions.count == 7)
  }

  @Test func `the direct protocol only scores`() throws {
    let direct = try ReadingProtocol.builtin(named: "direct")
    #expect(direct.classification.method == .scored)
    #expect(direct.questions.isEmpty && direct.review == nil && direct.preparation == .native)
  }

  @Test func `a name that no protocol has is refused with the names that there are`() {
    #expect { try ReadingProtocol.builtin(named: "other") } throws: {
      "\($0)" == "protocol other: is not one of seed, extended, direct"
    }
  }

  @Test func `one byte of difference is another digest`() throws {
    let document = try #require(ReadingProtocol.builtinDocument(named: "seed"))
    #expect(
      try ReadingProtocol(json: document + [0x0A], name: "mine").digest
        != ReadingProtocol(json: document, name: "mine").digest)
  }

  @Test func `what a model wrote is never read as a place to fill`() throws {
    let prompt = try ReadingProtocol.builtin(named: "seed").classification.prompt
    let text = prompt.filled(observations: "Shape: {description}", description: "{observations}")
    #expect(text.hasSuffix("Shape: {description}\nDescription: {observations}"))
  }
}
