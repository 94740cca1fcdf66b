import CLlama
import Foundation
import TestWeights
import Testing
import VisionLanguage
import Weights

@testable import LlamaEngine

/// Answers held to words, on a model that says nothing sensible by itself.
@Suite(.serialized) struct ConstrainedAnswerTests {
  private static let words = AnswerConstraint(words: ["round", "oval", "irregular"])

  private static func request(
    _ text: String, _ constraint: AnswerConstraint?, seed: UInt32 = 1, temperature: Double = 1.5, tokens: Int = 40
  ) -> GenerationRequest {
    GenerationRequest(
      prompt: Prompt(text: text, answerPrefix: "Answer:"),
      sampling: Sampling(temperature: temperature, topP: 1, minP: 0, maxTokens: tokens), seed: seed,
      constraint: constraint)
  }

  private static func word(_ text: String?) -> String {
    (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
  }

  @Test func `an answer is one of the words, whatever the model would say`() async throws {
    let model = try await TinyModel.load(answers: 12)
    let context = try await model.encode(TinyModel.image(1))
    let requests = (0..<40).map { Self.request("the work \($0)", Self.words, seed: UInt32($0)) }
    var said: Set<String> = []
    for stream in try await context.respond(to: requests) {
      let answer = try #require(try await stream.whole().generation)
      #expect(answer.stopReason == .endOfTurn)
      said.insert(Self.word(answer.text))
    }
    #expect(said.isSubset(of: Self.words.words) && said.count >= 2, "\(said)")
    let free = try #require(try await context.answer(Self.request("the work", nil)))
    #expect(!Self.words.words.contains(Self.word(free.text)))
    await context.close()
    await model.close()
  }

  @Test func `several words are joined by commas, and one of them stands alone`() async throws {
    let model = try await TinyModel.load()
    let some = AnswerConstraint(words: ["dots", "globules", "none"], most: 3, alone: "none")
    for seed in 0..<24 {
      let answer = try await model.answer(Self.request("in a net", some, seed: UInt32(seed)))
      let parts = Self.word(answer?.text).components(separatedBy: ", ")
      #expect(parts.allSatisfy(some.words.contains) && parts.count <= 2, "\(parts)")
      #expect(!parts.contains("none") || parts == ["none"])
    }
    await model.close()
  }

  @Test func `what the model says by itself stays as it is where it is one of the words`() async throws {
    let model = try await TinyModel.load()
    // Its first token, where that is a letter or a sign.
    var compared = 0
    for seed in 0..<60 {
      let free = try #require(try await model.answer(Self.request("the", nil, seed: UInt32(seed), tokens: 1)))
      guard !free.text.isEmpty, !free.text.unicodeScalars.contains(where: { !(33...126).contains($0.value) }) else {
        continue
      }
      // Held to its own words and to others, the model still says its own, token by token.
      let own = AnswerConstraint(words: [free.text, "zzz"])
      let held = try #require(try await model.answer(Self.request("the", own, seed: UInt32(seed))))
      #expect(held.tokens.starts(with: free.tokens) && held.text == free.text, "\(free.text) \(held.text)")
      compared += 1
    }
    #expect(compared >= 3, "\(compared)")
    await model.close()
  }

  @Test func `an answer that is held is the same alone and in company, and changes no other`() async throws {
    let model = try await TinyModel.load(answers: 8)
    let context = try await model.encode(TinyModel.image(2))
    let requests = (0..<6).map { Self.request("the \($0)", $0 % 2 == 0 ? Self.words : nil, seed: 9, tokens: 12) }
    let alone = try await requests.asyncMap { try await context.answer($0)?.tokens }
    let streams = try await context.respond(to: requests)
    let together = try await streams.asyncMap { try await $0.whole().generation?.tokens }
    #expect(together == alone)
    await context.close()
    await model.close()
  }

  /// Whatever the sampler's settings, a token is drawn of the same ones as if the grammar were tried on all.
  @Test func `no token that a grammar allows is left out beforehand, and most others are`() async throws {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try TinyWeights().write(into: folder)
    try LlamaBackend.load()
    let model = try LlamaModel(path: paths.text, usesGPU: false)
    let vocabulary = Tokenizer(of: model, weights: try TextWeights(path: paths.text))
    let table = PieceTable(model.vocabulary)
    var left = 0
    for constraint in [
      Self.words, AnswerConstraint(words: ["dots", "globules", "none"], most: 3, alone: "none"),
      AnswerConstraint(words: ["blue-white veil", "a\"b", "Mitte", "größer"], most: 2),
      AnswerConstraint(words: ["yes", "no"]),
    ] {
      let words = Set(table.tokens(of: constraint, endingWith: vocabulary.endsGeneration))
      left += model.vocabularySize - words.count
      for seed in 0..<12 {
        let grammar = try #require(llama_sampler_init_grammar(model.vocabulary, constraint.grammar, "root"))
        defer { llama_sampler_free(grammar) }
        var noise = Noise(seed: UInt64(seed))
        for _ in 0..<40 {
          var list = (0..<model.vocabularySize).map { llama_token_data(id: llama_token($0), logit: 1, p: 0) }
          list.withUnsafeMutableBufferPointer { buffer in
            var candidates = llama_token_data_array(
              data: buffer.baseAddress, size: buffer.count, selected: -1, sorted: false)
            llama_sampler_apply(grammar, &candidates)
          }
          let allowed = list.filter(\.logit.isFinite).map(\.id)
          #expect(words.isSuperset(of: allowed))
          // An answer goes on for as long as it can.
          let next = allowed.filter { !vocabulary.endsGeneration($0) }
          guard !next.isEmpty else { break }
          llama_sampler_accept(grammar, next[Int(noise.next() % UInt64(next.count))])
        }
      }
    }
    // Nearly all of the tiny vocabulary are single bytes.
    #expect(left > 4 * model.vocabularySize / 2, "\(left)")
  }

  @Test func `words that make no grammar are refused`() async throws {
    let model = try await TinyModel.load()
    let fault = await #expect(throws: EngineFault.self) {
      _ = try await model.answer(Self.request("the", AnswerConstraint(words: [])))
    }
    #expect(fault == .unusableConstraint(words: 0))
    // Quotation marks and backslashes are words like any others.
    let odd = AnswerConstraint(words: ["a\"b", "c\\d"])
    for seed in 0..<6 {
      let text = try await model.answer(Self.request("the", odd, seed: UInt32(seed)))?.text
      #expect(odd.words.contains(Self.word(text)), "\(text ?? "")")
    }
    await model.close()
  }
}
