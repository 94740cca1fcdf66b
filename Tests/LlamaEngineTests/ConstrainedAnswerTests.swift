import Foundation
import TestWeights
import Testing
import VisionLanguage

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
