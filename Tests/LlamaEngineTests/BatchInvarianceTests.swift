import Foundation
import Testing
import VisionLanguage

@testable import LlamaEngine

/// The promise: the same bits of every logit, alone or in company.
@Suite(.serialized) struct BatchInvarianceTests {
  private let prompts = [
    "in the work", "the", "a rather long prompt in the middle of many others, with words that no piece knows: \u{e9}",
    "work work work", "in", "the net in the work in the net", "0123456789", "a b c d e f g h i j k l m n o p",
  ]

  @Test(arguments: TinyWeightsKind.allCases)
  func `every logit of a visual answer has the same bits alone and in company`(_ kind: TinyWeightsKind) async throws {
    let model = try await TinyModel.load(images: 3, answers: 12, kind: kind)
    let image = try TinyModel.image(1)
    var alone: [[UInt64]] = []
    var texts: [String] = []
    for (index, prompt) in prompts.enumerated() {
      await model.engine.traceLogits()
      let context = try await model.encode(image)
      texts.append(try #require(try await context.answer(TinyModel.request(prompt, seed: UInt32(index)))).text)
      alone.append(try #require(await model.engine.logitTraces?.values.first))
      await context.close()
    }
    #expect(Set(alone.map(\.first)).count == prompts.count, "different prompts have different logits")

    for width in [2, 3, 5, 8] {
      await model.engine.traceLogits()
      let context = try await model.encode(image)
      // Company of another image and of none, with answers of other lengths.
      let other = try await model.encode(TinyModel.image(2))
      let strangers = try await other.respond(to: [TinyModel.request("the other", seed: 99, tokens: 60)])
      let bystanders = try await model.respond(to: [TinyModel.request("no image", seed: 98, tokens: 40)])
      let streams = try await context.respond(
        to: prompts.prefix(width).enumerated().map { TinyModel.request($1, seed: UInt32($0)) })
      for (index, stream) in streams.enumerated() {
        #expect(try await stream.whole().pieces == texts[index])
      }
      for stream in strangers + bystanders { _ = try await stream.whole() }
      let traces = await model.engine.logitTraces ?? [:]
      let company = Set(traces.values)
      let moved = alone.prefix(width).filter { !company.contains($0) }.count
      #expect(moved == 0, "\(moved) of \(width) answers moved")
      await context.close()
      await other.close()
    }
    await model.close()
  }

  @Test func `an answer depends on its image and on no earlier one`() async throws {
    let model = try await TinyModel.load(images: 1)
    let request = TinyModel.request("in the work", tokens: 40)
    func answer(_ number: Int) async throws -> String {
      let context = try await model.encode(TinyModel.image(number))
      defer { Task { await context.close() } }
      return try #require(try await context.answer(request)).text
    }
    let first = try await answer(1)
    let second = try await answer(2)
    #expect(first != second)
    #expect(try await answer(1) == first)
    #expect(try await answer(2) == second)
    // A prompt without an image sees none, whatever was looked at before.
    let blind = try #require(try await model.answer(request)).text
    let fresh = try await TinyModel.load()
    #expect(try #require(try await fresh.answer(request)).text == blind)
    await model.close()
    await fresh.close()
  }

  @Test(arguments: TinyWeightsKind.allCases)
  func `the number of threads changes no logit`(_ kind: TinyWeightsKind) async throws {
    var traces: [[UInt64]] = []
    for threads in [1, 2, 3] {
      let model = try await TinyModel.load(threads: threads, kind: kind)
      await model.engine.traceLogits()
      let context = try await model.encode(TinyModel.image(5))
      _ = try await context.answer(TinyModel.request("the work"))
      traces.append(try #require(await model.engine.logitTraces?.values.first))
      await model.close()
    }
    #expect(Set(traces).count == 1)
  }

  @Test func `another seed gives another answer and the same seed the same`() async throws {
    let model = try await TinyModel.load()
    let answers = try await [1, 1, 2].asyncMap { seed in
      try #require(try await model.answer(TinyModel.request("the", seed: seed))).text
    }
    #expect(answers[0] == answers[1])
    #expect(answers[0] != answers[2])
    // llama.cpp would draw at random for this seed.
    let highest = try await [UInt32.max, .max].asyncMap { seed in
      try #require(try await model.answer(TinyModel.request("the", seed: seed))).text
    }
    #expect(highest[0] == highest[1])
    await model.close()
  }
}

extension Array {
  func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
