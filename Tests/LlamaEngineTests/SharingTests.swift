import Testing
import VisionLanguage

@testable import LlamaEngine

/// Nothing is computed twice, and what is shared changes no bit.
@Suite(.serialized) struct SharingTests {
  private static let prefix = "the network in the work of the net:\n"
  private static let endings = ["in", "work", "the the the", "x", "\u{301}a", "a rather longer ending than the others"]

  private func prompt(_ ending: String, prefix: String = SharingTests.prefix) -> Prompt {
    Prompt(text: Self.prefix + ending, answerPrefix: "Answer:", prefix: prefix)
  }

  private func request(_ prompt: Prompt, seed: UInt32 = 1, tokens: Int = 20) -> GenerationRequest {
    GenerationRequest(
      prompt: prompt, sampling: Sampling(temperature: 0.8, repeatPenalty: 1.5, maxTokens: tokens), seed: seed)
  }

  /// The bits of every logit that an answer's tokens were drawn from, with the answer.
  private func traced(
    _ model: LlamaVisionLanguageModel, _ request: GenerationRequest
  ) async throws -> (bits: [UInt64], answer: Generation) {
    await model.engine.traceLogits()
    let answer = try #require(try await model.answer(request))
    return (try #require(await model.engine.logitTraces?.values.first), answer)
  }

  @Test func `a prefix is read once, and every prompt's logits are those of one read alone`() async throws {
    let shared = try await TinyModel.load()
    for (index, ending) in (Self.endings + Self.endings).enumerated() {
      let alone = try await TinyModel.load()
      let expected = try await traced(alone, request(prompt(ending)))
      await alone.close()
      let found = try await traced(shared, request(prompt(ending)))
      #expect(found.bits == expected.bits, "\(ending)")
      let (computed, kept) = (found.answer.promptTokens, found.answer.sharedPromptTokens)
      #expect(computed + kept == expected.answer.promptTokens)
      #expect(expected.answer.sharedPromptTokens == 0)
      // An accent that joins the prefix's last letter would cut it elsewhere; then it is another prefix.
      if index > 0, ending != "\u{301}a" { #expect(kept > 0, "\(ending)") }
    }
    await shared.close()
  }

  @Test func `a prefix in two pieces gives the bits of one piece`() async throws {
    let model = try await TinyModel.load()
    for ending in Self.endings {
      let whole = try await traced(model, request(prompt(ending, prefix: "")))
      let parted = try await traced(model, request(prompt(ending)))
      #expect(whole.bits == parted.bits, "\(ending)")
    }
    await model.close()
  }

  @Test func `a prefix that does not begin the text, or is all of it, is no harm`() async throws {
    let model = try await TinyModel.load()
    let text = "in the work in the net"
    let plain = try await traced(model, request(Prompt(text: text, answerPrefix: "A")))
    for prefix in ["another beginning altogether", text, text + " and more", "i"] {
      let prompt = Prompt(text: text, answerPrefix: "A", prefix: prefix)
      for _ in 0..<2 { #expect(try await traced(model, request(prompt)).bits == plain.bits, "\(prefix)") }
    }
    await model.close()
  }

  @Test func `more prefixes than places push each other out and change nothing`() async throws {
    let model = try await TinyModel.load()
    var expected: [[UInt64]] = []
    for round in 0..<3 {
      for letter in ["a", "b", "c", "d", "e"] {
        let prefix = String(repeating: letter + " work ", count: 8)
        let prompt = Prompt(text: prefix + "in", answerPrefix: "", prefix: prefix)
        let bits = try await traced(model, request(prompt)).bits
        if round == 0 { expected.append(bits) } else { #expect(expected.contains(bits)) }
      }
    }
    #expect(Set(expected).count == 5)
    #expect(await model.engine.freeSequences == 10)
    await model.close()
  }

  @Test func `an answer and scores after one prompt are those of two readings, for the price of one`() async throws {
    let model = try await TinyModel.load()
    let labels = [" a", " the", " xyz", "\u{e9}"]
    for ending in Self.endings {
      let scores = try await model.score(labels, after: prompt(ending))
      let alone = try await traced(model, request(prompt(ending)))
      let before = await model.statistics
      await model.engine.traceLogits()
      let both = try await model.respond(to: request(prompt(ending)), scoring: labels)
      let answer = try #require(try await both.stream.whole().generation)
      let bits = await model.engine.logitTraces?.values.first
      #expect(both.scores.logProbabilities == scores.logProbabilities)
      #expect(answer.tokens == alone.answer.tokens)
      #expect(bits == alone.bits, "\(ending)")
      let after = await model.statistics
      #expect(after.promptTokens - before.promptTokens == answer.promptTokens + both.scores.promptTokens)
      #expect(both.scores.sharedPromptTokens == 0, "the prompt is counted once, with the answer")
    }
    await model.close()
  }

  @Test func `an image seen before is not encoded again, and answers as it did`() async throws {
    let model = try await TinyModel.load()
    let image = try TinyModel.image(3)
    var answers: [String] = []
    for look in 0..<3 {
      let context = try await model.encode(image)
      #expect(context.cost.imageEncodes == (look == 0 ? 1 : 0))
      #expect(context.cost.encoding == .zero || look == 0)
      answers.append(try #require(try await context.answer(TinyModel.request("the"))).text)
      await context.close()
    }
    #expect(Set(answers).count == 1)
    let other = try await model.encode(TinyModel.image(4))
    #expect(other.cost.imageEncodes == 1)
    // What stands before every image was read with the first.
    #expect(other.cost.promptTokens == 4 || other.cost.sharedPromptTokens > 0)
    await other.close()
    #expect(await model.statistics.imageEncodes == 2)
    await model.close()
  }

  @Test func `the same image asked for by many at once is encoded once`() async throws {
    let model = try await TinyModel.load(images: 3)
    let image = try TinyModel.image(9)
    let encodes = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let context = try await model.encode(image)
          await context.close()
          return context.cost.imageEncodes
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(encodes == 1)
    await model.close()
  }

  @Test func `embeddings are kept within their bytes, the longest unused going first`() throws {
    func embedding(_ number: Float) -> Projector.Embedding {
      Projector.Embedding(
        numbers: [Float](repeating: number, count: 8), count: 2, positions: ImagePositions(sequential: 2))
    }
    let images = try (0..<4).map { try TinyModel.image($0, side: 2).digest }
    var cache = EmbeddingCache(limit: 2 * 32)
    cache.keep(embedding(0), of: images[0])
    cache.keep(embedding(1), of: images[1])
    #expect(cache.embedding(of: images[0])?.numbers.first == 0)
    cache.keep(embedding(2), of: images[2])
    #expect(cache.count == 2)
    #expect(cache.embedding(of: images[1]) == nil)
    #expect(cache.embedding(of: images[0])?.numbers.first == 0)
    #expect(cache.embedding(of: images[2])?.numbers.first == 2)
    var none = EmbeddingCache(limit: 31)
    none.keep(embedding(3), of: images[3])
    #expect(none.count == 0 && none.embedding(of: images[3]) == nil)
  }
}
