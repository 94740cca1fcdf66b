import Digests
import Foundation
import Testing
import VisionLanguage

@testable import LlamaEngine

@Suite(.timeLimit(.minutes(5))) struct EngineTeamTests {
  @Test func `an image goes back to the engine that knows it, others to the one with the least to do`() async throws {
    let team = try await TinyModel.team(engines: 3, views: 6, answers: 6)
    #expect(team.engines == 3 && team.room.views == 6 && team.room.answers == 6)
    var views: [any ImageContext] = []
    for number in 0..<6 { views.append(try await team.encode(TinyModel.image(number))) }
    for member in team.members { #expect(await member.statistics.imageEncodes == 2) }
    for view in views { await view.close() }
    // In another order, beside others, and again while it is being looked at.
    for number in [5, 0, 3, 3, 1, 4, 2] {
      let view = try await team.encode(TinyModel.image(number))
      #expect(view.cost.imageEncodes == 0)
      await view.close()
    }
    #expect(await team.statistics.imageEncodes == 6)
    await team.close()
  }

  @Test func `an image looked at twice at once is encoded once`() async throws {
    let team = try await TinyModel.team(engines: 2, views: 4, answers: 4)
    try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask {
          let view = try await team.encode(TinyModel.image(1))
          defer { Task { await view.close() } }
          return view.cost.imageEncodes
        }
      }
      var encodes = 0
      for try await count in group { encodes += count }
      #expect(encodes == 1)
    }
    await team.close()
  }

  @Test func `words alone are answered by all, as one engine would`() async throws {
    let team = try await TinyModel.team(engines: 2, views: 1, answers: 8, hasProjector: false)
    #expect(team.engines == 1, "one place is one engine")
    let two = try await TinyModel.team(engines: 2, views: 8, answers: 8, hasProjector: false)
    #expect(two.engines == 2 && two.room.answers == 8 && two.imageSide == nil)
    let prompt = Prompt(text: "work", answerPrefix: "A:")
    let alone = try await team.score([" a", " the"], after: prompt)
    let scores = try await withThrowingTaskGroup(of: LabelScores.self) { group in
      for _ in 0..<12 { group.addTask { try await two.score([" a", " the"], after: prompt) } }
      return try await group.reduce(into: []) { $0.append($1.logProbabilities) }
    }
    #expect(scores.allSatisfy { $0 == alone.logProbabilities })
    for member in two.members { #expect(await member.statistics.promptTokens > 0) }
    await #expect(throws: EngineFault.self) { try await two.encode(TinyModel.image(1)) }
    await team.close()
    await two.close()
  }

  @Test func `a view that is dropped unclosed, and a look that fails, count no longer`() async throws {
    let team = try await TinyModel.team(engines: 2, views: 2, answers: 2)
    var view: (any ImageContext)? = try await team.encode(TinyModel.image(1))
    #expect(team.underWay == [1, 0])
    _ = view?.cost
    view = nil
    #expect(team.underWay == [0, 0])
    let closed = try await team.encode(TinyModel.image(2))
    await closed.close()
    await closed.close()
    #expect(team.underWay == [0, 0])
    let cancelled = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await team.encode(TinyModel.image(3))
    }
    await #expect(throws: CancellationError.self) { _ = try await cancelled.value }
    #expect(team.underWay == [0, 0])
    await team.close()
  }

  @Test func `words count as under way until the last answer is complete or dropped`() async throws {
    let team = try await TinyModel.team(engines: 2, views: 4, answers: 4)
    var streams = try await team.respond(to: [TinyModel.request("a"), TinyModel.request("b")])
    #expect(team.underWay == [1, 0], "the answers are still being written")
    let alone = try await team.respond(to: [TinyModel.request("c")])
    #expect(team.underWay == [1, 1], "more work goes to the other engine")
    let first = try await streams.removeFirst().whole().generation
    #expect(first?.text.isEmpty == false && team.underWay == [1, 1])
    _ = try await streams.removeFirst().whole()
    #expect(team.underWay == [0, 1])
    _ = alone.count
    let scored = try await team.respond(to: TinyModel.request("d"), scoring: [" a", " the"])
    #expect(team.underWay == [1, 1])
    _ = try await scored.stream.whole()
    #expect(team.underWay == [0, 1])
    for stream in alone { for try await _ in stream { break } }
    _ = try await team.score([" a"], after: Prompt(text: "work", answerPrefix: "A:"))
    #expect(team.underWay[0] == 0)
    await team.close()
  }

  @Test func `an answer that nobody wants any more counts no longer`() async throws {
    let team = try await TinyModel.team(engines: 2, views: 4, answers: 4)
    var streams: [GenerationStream]? = try await team.respond(to: [TinyModel.request("a")])
    #expect(team.underWay == [1, 0] && streams?.count == 1)
    streams = nil
    #expect(team.underWay == [0, 0])
    await team.close()
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

  @Test func `places are divided without loss and none goes empty`() {
    let parts = (0..<3).map { EngineConfiguration.Places.fixed(views: 7, answers: 30).part($0, of: 3) }
    #expect(parts == [.fixed(views: 3, answers: 10), .fixed(views: 2, answers: 10), .fixed(views: 2, answers: 10)])
    #expect(
      EngineConfiguration.Places.fitting(answersPerView: 4, most: 1).part(1, of: 2)
        == .fitting(answersPerView: 4, most: 1))
  }

  @Test func `large weights, missing ones and one thread get one engine`() throws {
    let folder = try TinyModel.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = try TinyModel.configuration(in: folder, views: 8, answers: 8, threads: 4)
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
