import Digests
import Foundation
import Testing
import VisionLanguage

@testable import LlamaEngine

@Suite(.timeLimit(.minutes(5))) struct EngineTeamTests {
  @Test func `an image goes back to the engine that knows it, others to the one with the least to do`() async throws {
    let pool = try await TinyModel.pool(engines: 3, images: 6, answers: 6)
    #expect(pool.engines == 3 && pool.capacity.images == 6 && pool.capacity.answers == 6)
    var images: [any ImageContext] = []
    for number in 0..<6 { images.append(try await pool.encode(TinyModel.image(number))) }
    for member in pool.members { #expect(await member.statistics.imageEncodes == 2) }
    for context in images { await context.close() }
    // In another order, beside others, and again while it is being looked at.
    for number in [5, 0, 3, 3, 1, 4, 2] {
      let context = try await pool.encode(TinyModel.image(number))
      #expect(context.cost.imageEncodes == 0)
      await context.close()
    }
    #expect(await pool.statistics.imageEncodes == 6)
    await pool.close()
  }

  @Test func `an image looked at twice at once is encoded once`() async throws {
    let pool = try await TinyModel.pool(engines: 2, images: 4, answers: 4)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let context = try await pool.encode(TinyModel.image(1))
          defer { Task { await context.close() } }
          return context.cost.imageEncodes
        }
      }
      var encodes = 0
      for try await count in group { encodes += count }
      #expect(encodes == 1)
    }
    await pool.close()
  }

  @Test func `words alone are answered by all, as one engine would`() async throws {
    let pool = try await TinyModel.pool(engines: 2, images: 1, answers: 8, hasProjector: false)
    #expect(pool.engines == 1, "one slot is one engine")
    let two = try await TinyModel.pool(engines: 2, images: 8, answers: 8, hasProjector: false)
    #expect(two.engines == 2 && two.capacity.answers == 8 && two.imageSide == nil)
    let prompt = Prompt(text: "work", answerPrefix: "A:")
    let alone = try await pool.score([" a", " the"], after: prompt)
    let scores = try await withThrowingTaskGroup(of: LabelScores.self) { group in
      for _ in 0..<12 { group.addTask { try await two.score([" a", " the"], after: prompt) } }
      return try await group.reduce(into: []) { $0.append($1.logProbabilities) }
    }
    #expect(scores.allSatisfy { $0 == alone.logProbabilities })
    for member in two.members { #expect(await member.statistics.promptTokens > 0) }
    await #expect(throws: EngineFault.self) { try await two.encode(TinyModel.image(1)) }
    await pool.close()
    await two.close()
  }

  @Test func `an image that is dropped unclosed, and an encode that fails, count no longer`() async throws {
    let pool = try await TinyModel.pool(engines: 2, images: 2, answers: 2)
    var context: (any ImageContext)? = try await pool.encode(TinyModel.image(1))
    #expect(pool.underWay == [1, 0])
    _ = context?.cost
    context = nil
    #expect(pool.underWay == [0, 0])
    let closed = try await pool.encode(TinyModel.image(2))
    await closed.close()
    await closed.close()
    #expect(pool.underWay == [0, 0])
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await pool.encode(TinyModel.image(3))
    }
    await #expect(throws: CancellationError.self) { _ = try await cancelled.value }
    #expect(pool.underWay == [0, 0])
    await pool.close()
  }

  @Test func `words count as under way until the last answer is complete or dropped`() async throws {
    let pool = try await TinyModel.pool(engines: 2, images: 4, answers: 4)
    var streams = try await pool.respond(to: [TinyModel.request("a"), TinyModel.request("b")])
    #expect(pool.underWay == [1, 0], "the answers are still being written")
    let alone = try await pool.respond(to: [TinyModel.request("c")])
    #expect(pool.underWay == [1, 1], "more work goes to the other engine")
    let first = try await streams.removeFirst().whole().generation
    #expect(first?.text.isEmpty == false && pool.underWay == [1, 1])
    _ = try await streams.removeFirst().whole()
    #expect(pool.underWay == [0, 1])
    _ = alone.count
    let scored = try await pool.respond(to: TinyModel.request("d"), scoring: [" a", " the"])
    #expect(pool.underWay == [1, 1])
    _ = try await scored.stream.whole()
    #expect(pool.underWay == [0, 1])
    for stream in alone { for try await _ in stream { break } }
    _ = try await pool.score([" a"], after: Prompt(text: "work", answerPrefix: "A:"))
    #expect(pool.underWay[0] == 0)
    await pool.close()
  }

  @Test func `an answer that nobody wants any more counts no longer`() async throws {
    let pool = try await TinyModel.pool(engines: 2, images: 4, answers: 4)
    var streams: [GenerationStream]? = try await pool.respond(to: [TinyModel.request("a")])
    #expect(pool.underWay == [1, 0] && streams?.count == 1)
    streams = nil
    #expect(pool.underWay == [0, 0])
    await pool.close()
  }

  @Test func `the balancer gives work to whoever has least, and forgets what was not asked for longest`() {
    var balancer = LoadBalancer(members: 2, limit: 2)
    let images = (0..<4).map { SHA256Digest(of: [UInt8($0)]) }
    #expect(balancer.enter(with: images[0]) == 0)
    #expect(balancer.enter(with: images[1]) == 1)
    #expect(balancer.enter() == 0)
    #expect(balancer.underWay == [2, 1])
    balancer.leave(0)
    balancer.leave(0)
    balancer.leave(0)  // once too often: nothing below nothing
    balancer.leave(9)
    #expect(balancer.underWay == [0, 1])
    #expect(balancer.enter(with: images[1]) == 1, "known, though the other has less to do")
    #expect(balancer.enter(with: images[2]) == 0, "pushes out the first image, which was not asked for since")
    balancer.leave(0)
    balancer.leave(1)
    balancer.leave(1)
    #expect(balancer.enter() == 0)
    #expect(balancer.enter(with: images[0]) == 1, "no longer known, so where there is less to do")
  }

  @Test func `slots are divided without loss and none goes empty`() {
    let parts = (0..<3).map { EngineConfiguration.Slots.fixed(images: 7, answers: 30).part($0, of: 3) }
    #expect(parts == [.fixed(images: 3, answers: 10), .fixed(images: 2, answers: 10), .fixed(images: 2, answers: 10)])
    #expect(
      EngineConfiguration.Slots.fitting(answersPerImage: 4, most: 1).part(1, of: 2)
        == .fitting(answersPerImage: 4, most: 1))
  }

  @Test func `large weights, missing ones and one thread get one engine`() throws {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = try TinyModel.configuration(in: folder, images: 8, answers: 8, threads: 4)
    #expect(EnginePool.engines(for: configuration) == 4)
    configuration.threads = 1
    #expect(EnginePool.engines(for: configuration) == 1)
    configuration.threads = 4
    let large = folder.appendingPathComponent("large.gguf").path
    try #require(FileManager.default.createFile(atPath: large, contents: nil))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: large))
    try handle.truncate(atOffset: 65 << 20)
    try handle.close()
    configuration.projector = large
    #expect(EnginePool.engines(for: configuration) == 1)
    // As a hub's cache has them, and a link to that besides.
    for (link, target) in [("snapshot.gguf", "large.gguf"), ("linked.gguf", folder.path + "/snapshot.gguf")] {
      let path = folder.appendingPathComponent(link).path
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
      configuration.projector = path
      #expect(EnginePool.engines(for: configuration) == 1, "\(link)")
    }
    configuration.projector = folder.appendingPathComponent("none.gguf").path
    #expect(EnginePool.engines(for: configuration) == 1)
    #expect(throws: (any Error).self) { try EnginePool(configuration) }
  }
}
