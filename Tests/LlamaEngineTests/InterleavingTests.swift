import Foundation
import Testing
import VisionLanguage

@testable import LlamaEngine

/// No image ever gets another's embedding or prefix: look-alike images, looked at by many at once, with evictions,
/// cancellations and failures between them, each compared with its lonely run.
@Suite(.serialized) struct InterleavingTests {
  /// 50, or as many as `DERMGEMMA_INTERLEAVED` says (1,000 on request).
  private static let count =
    ProcessInfo.processInfo.environment["DERMGEMMA_INTERLEAVED"].flatMap { Int($0) } ?? 50
  private static let pictures = 10
  private static let prefix = "the network in the work of the net:\n"

  /// Pictures that differ in one byte.
  private static func image(_ number: Int) throws -> PixelImage {
    var pixels = try TinyModel.image(77).pixels
    pixels[number * 31] ^= 0xC0
    return try PixelImage(width: 56, height: 56, pixels: pixels)
  }

  /// What an examination says: two visual answers, scores while looking, and an answer with scores from words alone.
  private static func examine(
    _ number: Int, with model: any VisionLanguageModel
  ) async throws -> [String] {
    let context = try await model.encode(image(number % pictures))
    let streams = try await context.respond(to: [
      TinyModel.request("the", seed: UInt32(number % pictures)), TinyModel.request("in the work", seed: 5),
    ])
    var said: [String] = []
    for stream in streams { said.append(try await stream.whole().pieces) }
    let prompt = Prompt(text: "work", answerPrefix: "A:")
    said.append("\(try await context.score([" a", " the"], after: prompt).logProbabilities)")
    await context.close()
    let words = Prompt(text: prefix + "\(number % 3) \(said[0].prefix(8))", answerPrefix: "A:", prefix: prefix)
    let request = GenerationRequest(
      prompt: words, sampling: Sampling(temperature: 0.8, repeatPenalty: 1.5, maxTokens: 16), seed: 3)
    let answer = try await model.respond(to: request, scoring: [" a", " xyz"])
    said.append("\(answer.scores.logProbabilities)")
    said.append(try await answer.stream.whole().pieces)
    // A stream ends without a word for who is cancelled while waiting for more.
    try Task.checkCancellation()
    return said
  }

  @Test(arguments: [1, 2])
  func `every examination in a crowd says what it says alone`(engines: Int) async throws {
    var lonely: [Int: [String]] = [:]
    for number in 0..<(Self.pictures * 3) {
      let alone = try await TinyModel.load(images: 1, answers: 2, threads: 1)
      lonely[number] = try await Self.examine(number, with: alone)
      await alone.close()
    }
    #expect(Set(lonely.values.map { $0[2] }).count == Self.pictures, "look-alikes do not score alike")

    // Room for three embeddings in each engine, so that they push each other out; more examinations than images.
    let crowd = try await TinyModel.pool(
      engines: engines, images: 2 + engines, answers: 5 * engines, embeddingCacheBytes: engines * 3 * 4 * 32 * 4)
    #expect(crowd.engines == engines)
    let total = await crowd.freeSequences
    let (expected, count) = (lonely, Self.count)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<count {
        if number >= 8 { try await group.next() }
        group.addTask {
          switch number % 7 {
          case 3:
            // Cancelled somewhere on its way.
            let task = Task { try await Self.examine(number, with: crowd) }
            try await Task.sleep(for: .microseconds(number * 211 % 9000))
            task.cancel()
            if let said = try? await task.value { #expect(said == expected[number % (Self.pictures * 3)]) }
          case 5:
            // A prompt that does not fit fails alone.
            let context = try await crowd.encode(Self.image(number % Self.pictures))
            let long = TinyModel.request(String(repeating: "q", count: 5000))
            await #expect(throws: EngineFault.self) { try await context.respond(to: [long]) }
            await context.close()
          default:
            let said = try await Self.examine(number, with: crowd)
            #expect(said == expected[number % (Self.pictures * 3)], "examination \(number)")
          }
        }
      }
      try await group.waitForAll()
    }
    for _ in 0..<400 where await crowd.freeSequences < total { try await Task.sleep(for: .milliseconds(5)) }
    #expect(await crowd.freeSequences == total, "nothing was lost on the way")
    #expect(await crowd.statistics.imageEncodes > Self.pictures, "embeddings were evicted and made again")
    await crowd.close()
  }

  @Test func `an examination decodes no more than it must`() async throws {
    let model = try await TinyModel.load(images: 1, answers: 4, threads: 1)
    let context = try await model.encode(Self.image(0))
    let before = await model.statistics
    // The turn before the image, and the image.
    #expect(before.imageEncodes == 1 && before.decodes == 2 && before.imageTokens == 4)
    let streams = try await context.respond(
      to: (0..<4).map { TinyModel.request("the", seed: UInt32($0), tokens: 12) })
    var longest = 0
    var generated = 0
    for stream in streams {
      let answer = try #require(try await stream.whole().generation)
      longest = max(longest, answer.generatedTokens)
      generated += answer.generatedTokens
    }
    await context.close()
    let after = await model.statistics
    // All prompts in one batch, and one step for all answers: the first tokens come of the prompts themselves.
    #expect(after.decodes - before.decodes == 1 + longest - 1)
    #expect(after.generationDecodes == longest - 1)
    #expect(after.generationTokens == generated - 4)
    await model.close()
  }

  @Test func `answers side by side are computed in one piece, in whatever order others ended`() async throws {
    let model = try await TinyModel.load(images: 1, answers: 8, threads: 1, ignoresEndOfTurn: true)
    func answer(_ lengths: [Int]) async throws -> EngineStatistics {
      let before = await model.statistics
      let streams = try await model.respond(
        to: lengths.enumerated().map { TinyModel.request("the", seed: UInt32($0), tokens: $1) })
      for stream in streams { _ = try await stream.whole() }
      var after = await model.statistics
      after.generationDecodes -= before.generationDecodes
      after.generationMicroBatches -= before.generationMicroBatches
      after.moves -= before.moves
      return after
    }
    let uneven = try await answer([9, 4, 12, 6, 35, 3, 8, 35])
    #expect(uneven.generationDecodes == 34)
    // When the sixth has ended, the last takes its place, for it has long to go. Then each run of neighbours that is left is a
    // piece, for what would have to move ends soon, until only the two that have long to go are left, side by side.
    #expect(uneven.generationMicroBatches == 3 * 1 + 2 + 2 + 3 + 3 + 3 + 2 + 2 + 2 + 23 * 1)
    #expect(uneven.moves == 1)
    let even = try await answer([7, 7, 7, 7, 7, 7])
    #expect(even.generationDecodes == 6 && even.generationMicroBatches == 6 && even.moves == 0)
    #expect(await model.statistics.paddingTokens == 0)
    await model.close()
  }

  @Test func `answers that move into gaps keep every bit`() async throws {
    // Ends below, between and above, so that either end gives; and prompts of unequal lengths, read side by side.
    let lengths = [5, 90, 4, 4, 80, 70, 6, 90]
    let prompts = ["the", "in the work", "net", "a net", "the work", "work", "in", "the work in the net"]
    let model = try await TinyModel.load(images: 1, answers: 8, threads: 1, ignoresEndOfTurn: true, longestFilledGap: 0)
    func request(_ index: Int) -> GenerationRequest {
      TinyModel.request(prompts[index], seed: UInt32(index), tokens: lengths[index])
    }
    var alone: [[UInt64]] = []
    for index in lengths.indices {
      await model.engine.traceLogits()
      _ = try await model.answer(request(index))
      alone.append(try #require(await model.engine.logitTraces?.values.first))
    }
    #expect(await model.statistics.moves == 0)
    await model.engine.traceLogits()
    let streams = try await model.respond(to: lengths.indices.map(request))
    // A newcomer for the first sequence that is free again.
    for try await _ in streams[0] {}
    let newcomer = try await model.respond(to: [request(4)])
    for stream in streams.dropFirst() + newcomer { _ = try await stream.whole() }
    let traces = try #require(await model.engine.logitTraces)
    #expect(traces.sorted { $0.key < $1.key }.map(\.value) == alone + [alone[4]])
    let statistics = await model.statistics
    #expect(statistics.moves > 0)
    // Not all prompts are so unlike in length that each was read by itself.
    #expect(statistics.paddingTokens > 0)
    #expect(await model.engine.freeSequences == 9)
    await model.close()
  }

  @Test func `gaps that are filled keep a batch in one piece and change no bit`() async throws {
    var found: [(bits: [UInt64: [UInt64]], statistics: EngineStatistics)] = []
    for gap in [0, 3] {
      let model = try await TinyModel.load(
        images: 1, answers: 8, threads: 1, ignoresEndOfTurn: true, longestFilledGap: gap)
      await model.engine.traceLogits()
      // The second, third and fourth end early; so does the last but one. None has so long to go that it would be moved.
      let lengths = [9, 4, 4, 4, 9, 9, 6, 9]
      let streams = try await model.respond(
        to: lengths.enumerated().map { TinyModel.request("the", seed: UInt32($0), tokens: $1) })
      for stream in streams { _ = try await stream.whole() }
      // A sequence that was a gap serves the next prompt as any other.
      _ = try await model.answer(TinyModel.request("in the work", seed: 9))
      found.append((try #require(await model.engine.logitTraces), await model.statistics))
      await model.close()
    }
    #expect(found[0].bits == found[1].bits)
    #expect(
      found[0].statistics.paddingTokens == 0
        && found[0].statistics.generationMicroBatches > found[0].statistics.generationDecodes)
    #expect(
      found[1].statistics.paddingTokens > 0
        && found[1].statistics.generationMicroBatches == found[1].statistics.generationDecodes)
    #expect(found[0].statistics.generationTokens == found[1].statistics.generationTokens)
    #expect(found.allSatisfy { $0.statistics.moves == 0 })
  }

  @Test func `prompts read side by side are scored as alone`() async throws {
    let model = try await TinyModel.load(images: 1, answers: 8, threads: 1)
    let prompts = ["the", "in the work", "net"].map { Prompt(text: $0, answerPrefix: "A:") }
    // A label of several tokens is decoded after its prompt, one of a single token is not.
    let labels = [[" a", " the"], [" xyz", " a"]]
    var alone: [[LabelScores]] = []
    for labels in labels { alone.append(try await prompts.asyncMap { try await model.score(labels, after: $0) }) }
    for (labels, expected) in zip(labels, alone) {
      let found = try await withThrowingTaskGroup(of: (Int, LabelScores).self) { group in
        for (index, prompt) in prompts.enumerated() {
          group.addTask { (index, try await model.score(labels, after: prompt)) }
        }
        return try await group.reduce(into: [Int: LabelScores]()) { $0[$1.0] = $1.1 }
      }
      for (index, scores) in expected.enumerated() {
        #expect(found[index]?.logProbabilities == scores.logProbabilities)
        #expect(found[index]?.promptTokens == scores.promptTokens)
      }
    }
    await model.close()
  }
}

extension EnginePool {
  /// Those of all engines.
  var freeSequences: Int {
    get async {
      var sum = 0
      for member in members { sum += await member.engine.freeSequences }
      return sum
    }
  }
}
