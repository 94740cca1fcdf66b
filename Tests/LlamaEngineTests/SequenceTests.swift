import Foundation
import Testing
import VisionLanguage

@testable import LlamaEngine

@Suite(.serialized) struct SequenceTests {
  @Test func `text arrives in pieces that make the whole, and the limit is kept`() async throws {
    let model = try await TinyModel.load()
    let stream = try #require(try await model.respond(to: [TinyModel.request("the", tokens: 30)]).first)
    let (pieces, generation) = try await stream.whole()
    let finished = try #require(generation)
    #expect(pieces == finished.text)
    #expect(finished.generatedTokens <= 30)
    #expect(finished.stopReason == (finished.generatedTokens == 30 ? .tokenLimit : .endOfTurn))
    await model.close()
  }

  @Test func `cancelling an answer frees its sequence while the others go on`() async throws {
    let model = try await TinyModel.load(images: 1, answers: 3)
    let total = await model.engine.freeSequences
    let reference = try #require(try await model.answer(TinyModel.request("work", seed: 3, tokens: 200)))
    let streams = try await model.respond(to: [
      TinyModel.request("in", seed: 2, tokens: 380), TinyModel.request("work", seed: 3, tokens: 200),
    ])
    let cancelled = Task { [stream = streams[0]] in try await stream.whole() }
    try await Task.sleep(for: .milliseconds(20))
    cancelled.cancel()
    let kept = try await streams[1].whole()
    #expect(kept.pieces == reference.text)
    _ = await cancelled.result
    for _ in 0..<200 where await model.engine.freeSequences < total { try await Task.sleep(for: .milliseconds(5)) }
    #expect(await model.engine.freeSequences == total)
    await model.close()
  }

  @Test func `more prompts than sequences are all answered`() async throws {
    let model = try await TinyModel.load(images: 1, answers: 2)
    let context = try await model.encode(TinyModel.image(1))
    let streams = try await context.respond(to: (0..<9).map { TinyModel.request("the", seed: UInt32($0), tokens: 12) })
    // Closing now must not take the image away from those that still wait.
    await context.close()
    let crowded = try await streams.asyncMap { try await $0.whole().pieces }
    let again = try await model.encode(TinyModel.image(1))
    for (seed, text) in crowded.enumerated() {
      #expect(try await again.answer(TinyModel.request("the", seed: UInt32(seed), tokens: 12))?.text == text)
    }
    await again.close()
    await model.close()
  }

  @Test func `encoding waits for a free sequence, and gives up when cancelled`() async throws {
    let model = try await TinyModel.load(images: 1)
    let first = try await model.encode(TinyModel.image(1))
    let impatient = Task { try await model.encode(TinyModel.image(2)) }
    let patient = Task { try await model.encode(TinyModel.image(3)) }
    try await Task.sleep(for: .milliseconds(50))
    impatient.cancel()
    await #expect(throws: CancellationError.self) { try await impatient.value }
    await first.close()
    let second = try await patient.value
    #expect(second.cost.imageEncodes == 1)
    await second.close()
    await #expect(throws: EngineFault.closed) { try await second.answer(TinyModel.request("the")) }
    await model.close()
  }

  @Test func `a prompt that does not fit is refused with both numbers`() async throws {
    let model = try await TinyModel.load()
    let long = TinyModel.request(String(repeating: "q", count: 5000))
    await #expect(throws: EngineFault.self) { try await model.respond(to: [long]) }
    let fault = await #expect(throws: EngineFault.self) { try await model.score([" a"], after: long.prompt) }
    #expect(fault?.description.contains("does not fit") == true)
    // Nothing was lost by it.
    #expect(try await model.answer(TinyModel.request("the")) != nil)
    await model.close()
  }

  @Test func `without a projector no image can be encoded, and text is still answered`() async throws {
    let model = try await TinyModel.load(hasProjector: false)
    await #expect(throws: EngineFault.noProjector) { try await model.encode(TinyModel.image(1)) }
    #expect(try await model.answer(TinyModel.request("the")) != nil)
    #expect(model.imageSide == nil)
    await model.close()
  }

  @Test func `a closed model answers nobody and leaves nobody waiting`() async throws {
    let model = try await TinyModel.load(images: 1)
    let context = try await model.encode(TinyModel.image(1))
    let waiting = Task { try await model.encode(TinyModel.image(2)) }
    let stream = try #require(try await context.respond(to: [TinyModel.request("the", tokens: 390)]).first)
    try await Task.sleep(for: .milliseconds(20))
    await model.close()
    await #expect(throws: (any Error).self) { try await waiting.value }
    _ = try? await stream.whole()
    await #expect(throws: EngineFault.closed) { try await model.answer(TinyModel.request("the")) }
  }

  @Test func `an image of another size is stretched, and a single pixel is an image too`() async throws {
    let model = try await TinyModel.load()
    for side in [1, 3, 200] {
      let context = try await model.encode(TinyModel.image(side, side: side))
      #expect(try await context.answer(TinyModel.request("the")) != nil)
      await context.close()
    }
    await model.close()
  }
}
