import Dermoscopy
import Faults
import Foundation
import Records
import TestRecords
import Testing
import Validation

@testable import UseCases

/// An analysis in shards, stopped and continued.
@Suite(.timeLimit(.minutes(2))) struct AnalysisPartTests {
  private struct Stopped: Fault {
    var kind: FaultKind { .unusableWeights }
    var description: String { "stopped" }
  }

  private struct Silent: AnalysisObserver {
    func modelIsLoading() {}
    func follow(_ log: ExaminationLog, of input: AnalysisInput, number: Int, of count: Int) async {}
    func ended(_ outcome: AnalysisOutcome) throws {}
  }

  /// Twenty files, one of which nobody can read, and a path that leads nowhere.
  private func images() throws -> [AnalysisInput] {
    let folder = try RecordFixtures.path("images")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for number in 0..<20 {
      try Data("picture \(number)".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(number).png"))
    }
    return AnalysisInput.inputs(at: folder) + AnalysisInput.inputs(at: folder + "/gone.png")
  }

  private func part(_ all: [AnalysisInput], _ shard: Shard?, digests: String? = nil) async throws -> AnalysisPart {
    try await AnalysisPart(of: all, shard: shard, digests: digests) { _, _ in }
  }

  /// Reads what is left of a part.
  ///
  /// - Parameter most: how many are read before everything stops; `nil` for all.
  private func read(_ part: AnalysisPart, in store: any RecordStore, seed: UInt64 = 0, most: Int? = nil) async throws
    -> Int
  {
    var run = RecordFixtures.run()
    run.id = RecordID()
    run.kind = "analyze"
    run.provenance.seed = seed
    run.settings = try part.settings()
    run.inputs = part.fingerprint
    let recorder = try await RunRecorder.continuing(run, in: store)
    let waiting = try await part.remaining(of: recorder.run.id, in: store)
    let last = most.map { waiting[$0].name }
    let analysis = Analysis(parallel: 1, recorder: recorder, observer: Silent()) { input, _ in
      if case .missing(let fault) = input.source { throw fault }
      if input.name == last { throw Stopped() }
      var report = try RecordFixtures.report(name: input.name)
      report.image.sha256 = input.name == "7.png" ? RecordFixtures.digest(1) : input.digest ?? ""
      return report
    }
    do { _ = try await analysis.run(waiting) } catch is Stopped {}
    return waiting.count
  }

  @Test func `shards divide the images, whatever the order, and each image keeps its place`() async throws {
    let all = try images()
    var found: [Int: String] = [:]
    for index in 0..<3 {
      let part = try await part(all, Shard(index, of: 3))
      let turned = try await self.part(all.reversed(), Shard(index, of: 3))
      #expect(Set(part.inputs.map(\.name)) == Set(turned.inputs.map(\.name)))
      #expect(part.total == 21)
      for input in part.inputs {
        #expect(found.updateValue(input.name, forKey: try #require(input.position)) == nil)
      }
    }
    #expect(found.count == 21 && found.allSatisfy { all[$0.key].name == $0.value })
  }

  @Test func `a part that was stopped continues in its run, and another one begins its own`() async throws {
    let all = try images()
    let store = try await RecordStores.open(try RecordFixtures.path())
    for index in 0..<2 {
      let part = try await part(all, Shard(index, of: 2))
      #expect(try await read(part, in: store, most: 3) == part.inputs.count)
      #expect(try await read(part, in: store, most: 2) == part.inputs.count - 3)
      // What failed is tried again: a file that changed, and one that is not there.
      let failed = part.inputs.count { ["7.png", "gone.png"].contains($0.name) }
      #expect(try await read(part, in: store) <= part.inputs.count - 5 + failed)
      #expect(try await read(part, in: store) == failed)
    }
    let runs = try await store.runs(limit: 10, after: nil).elements
    #expect(runs.count == 2 && runs.allSatisfy { $0.state == .finished })
    let counts = try await store.counts(matching: RecordQuery())
    #expect(counts.examinations == 21 && counts.failures == 2)
    // Another seed, other images: other runs.
    _ = try await read(try await part(all, Shard(0, of: 2)), in: store, seed: 1)
    _ = try await read(try await part(Array(all.dropLast()), Shard(0, of: 2)), in: store)
    _ = try await read(try await part(all, nil), in: store)
    #expect(try await store.runs(limit: 10, after: nil).elements.count == 5)
    await store.close()
  }

  @Test func `a list of digests serves all shards, and a changed image is refused by name`() async throws {
    let all = try images()
    let list = try RecordFixtures.path("digests.txt")
    let (read, listed) = (try await part(all, nil), try await part(all, nil, digests: list))
    #expect(read.fingerprint == listed.fingerprint && read.inputs.map(\.digest) == listed.inputs.map(\.digest))
    let path = try #require(all[4].path)
    try Data("another".utf8).write(to: URL(fileURLWithPath: path))
    await #expect(throws: DigestListFault.changed(image: path, list: list)) {
      _ = try await part(all, nil, digests: list)
    }
  }

  @Test func `an image that changed behind the list's back fails alone, and says so`() async throws {
    let all = try images()
    let store = try await RecordStores.open(try RecordFixtures.path())
    _ = try await read(try await part(all, nil), in: store)
    var query = RecordQuery()
    query.isFailure = true
    let failed = try await store.examinations(matching: query, limit: 5, after: nil).elements
    #expect(failed.compactMap(\.failure?.message).contains("7.png: the file changed while the run was under way"))
    await store.close()
  }
}
